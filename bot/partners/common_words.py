"""Words of everyday language: a company may be called by one, but who writes one seldom means the company."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from bot.partners.records import LANGUAGES
from bot.settings import ROOT

WORDS = ROOT / "data" / "knowledge" / "words"

EVERYDAY = 3_000  # so many of each language's most frequent words are everyday words
CONNECTING = 150  # and so many only hold others together: the, of, und
MOST_WORDS, MOST_HAN = 2, 5  # three words, or six characters, hardly meet in this order by chance
LONGEST_HAN = 4  # characters of a word


class CommonWords:
    """`in` tells whether a folded word is common in any of the languages."""

    def __init__(self, by_frequency: Iterable[list[str]] = ()) -> None:
        lists = list(by_frequency)
        self._all = frozenset(word for words in lists for word in words)
        self._everyday = frozenset(word for words in lists for word in words[:EVERYDAY])
        self._connecting = frozenset(word for words in lists for word in words[:CONNECTING])

    def __contains__(self, word: str) -> bool:
        return word in self._all

    def __len__(self) -> int:
        return len(self._all)

    def make_up(self, folded: str) -> bool:
        """Whether a name is one common word, or two everyday words side by side."""
        words = folded.split()
        if len(words) == 1 and words[0] in self._all:
            return True
        if not words or not all(map(self._everyday_run, words)):
            return False
        return sum(word not in self._connecting for word in words) <= MOST_WORDS

    def _everyday_run(self, word: str) -> bool:
        if word.isascii():
            return word in self._everyday
        if len(word) > MOST_HAN:
            return False
        reached = {0}
        for end in range(1, len(word) + 1):
            if any(
                start in reached and word[start:end] in self._everyday
                for start in range(max(0, end - LONGEST_HAN), end)
            ):
                reached.add(end)
        return len(word) in reached


@lru_cache(maxsize=1)
def read_common_words(folder: Path = WORDS) -> CommonWords:
    """The lists in `folder`, one folded word a line, the most frequent first; read once."""
    texts = [(folder / f"{language}.txt").read_text(encoding="utf-8") for language in LANGUAGES]
    return CommonWords([line for line in text.split("\n") if line and line[0] != "#"] for text in texts)
