"""Concepts: which words of the three languages mean the same, from concepts.txt beside this file."""
from functools import lru_cache
from pathlib import Path

from bot.common.text import fold

CONCEPTS_FILE = Path(__file__).with_name("concepts.txt")


class Concepts:
    """Index over the concept list; words are looked up whole, by stem and as phrases, Han characters and signs anywhere."""

    def __init__(self, text: str) -> None:
        self._whole: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        self._inside: list[tuple[str, str]] = []
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            concept, *columns = (column.strip() for column in line.split("|"))
            for word in " ".join(columns).split():
                self._add(concept, word)

    def _add(self, concept: str, word: str) -> None:
        folded = fold(word.rstrip("*"))
        if not folded or not folded.isascii():
            self._inside.append((folded or word, concept))
        elif word.endswith("*"):
            self._stems.setdefault(folded, set()).add(concept)
        else:
            self._whole.setdefault(folded, set()).add(concept)

    def find(self, folded: str, original: str) -> frozenset[str]:
        """Returns the concepts in a text, given folded and as it was written (for signs that folding drops)."""
        found: set[str] = set()
        for word in folded.split():
            found |= self._whole.get(word, set())
            for size in range(2, len(word) + 1):
                found |= self._stems.get(word[:size], set())
        if not (folded.isascii() and original.isascii()):
            found |= {concept for piece, concept in self._inside if piece in folded or piece in original}
        return frozenset(found)


@lru_cache(maxsize=1)
def concepts() -> Concepts:
    """Returns the concept list of this project, read once."""
    return Concepts(CONCEPTS_FILE.read_text("utf-8"))
