"""Sparse features of a sentence in four blocks: words, character n-grams, what is named, and language-neutral concepts."""
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from bot.common.text import fold
from bot.core.nlu.concepts import concepts
from bot.core.nlu.name_matcher import Match, mask

# How much each block weighs against the others; found by cross-validation.
BLOCK_WEIGHTS = {"words": 0.7, "characters": 1.0, "names": 0.5, "concepts": 0.8}
LONGEST_NGRAM = 4
LONGEST_TEXT = 2000
LONGEST_WORD = 64
# From here on a sentence counts as long.
LONG_SENTENCE = 12


def words_of(text: str) -> list[str]:
    """Returns folded words; a Han run is cut into characters, as words are not marked in Chinese."""
    words: list[str] = []
    for word in fold(text[:LONGEST_TEXT]).split():
        run = ""
        for character in word:
            if "\u3400" <= character <= "\u9fff":
                if run:
                    words.append(run[:LONGEST_WORD])
                    run = ""
                words.append(character)
            else:
                run += character
        if run:
            words.append(run[:LONGEST_WORD])
    return words


def blocks(text: str, names: Sequence[Match], own_record: str = "") -> dict[str, dict[str, int]]:
    """Returns how often each feature occurs, by block; `names` are the matches in `text`, which are looked past.

    The record whose assistant this is (`own_record`) counts as a kind of its own: questions about it are others.
    """
    names = [match._replace(type="own") if own_record and match.id == own_record else match for match in names]
    masked = mask(text[:LONGEST_TEXT], names)
    words = words_of(masked)
    return {
        "words": _word_features(words),
        "characters": _character_features(words),
        "names": _name_features(words, names),
        "concepts": _concept_features(text[:LONGEST_TEXT]),
    }


def _word_features(words: Sequence[str]) -> dict[str, int]:
    framed = ["^", *words, "$"]
    return Counter([f"w:{word}" for word in words] + [f"p:{first} {second}" for first, second in pairwise(framed)])


def _character_features(words: Sequence[str]) -> dict[str, int]:
    result: Counter = Counter()
    for run in _runs(words):
        padded = f" {run} "
        for size in range(2 if run.isascii() else 1, LONGEST_NGRAM + 1):
            result.update("c:" + padded[start : start + size] for start in range(len(padded) - size + 1))
    return result


def _runs(words: Sequence[str]) -> Iterator[str]:
    """Yields Latin words singly and neighbouring Han characters joined; the masks of names are left out."""
    run = ""
    for word in words:
        if len(word) == 1 and not word.isascii():
            run += word
            continue
        if run:
            yield run
            run = ""
        if not word.startswith("name"):
            yield word
    if run:
        yield run


def _name_features(words: Sequence[str], names: Sequence[Match]) -> dict[str, int]:
    kinds = sorted({name.type for name in names})
    found = [f"n:{'+'.join(kinds)}", f"n:{min(len({name.id for name in names}), 3)}"]
    found += [f"n:has {kind}" for kind in kinds]
    found += [f"n:length {min(len(words), LONG_SENTENCE)}"]
    found += [f"n:first {words[0]}", f"n:last {words[-1]}"] if words else []
    return Counter(found)


def _concept_features(text: str) -> dict[str, int]:
    found = sorted(concepts().find(fold(text), text))
    return Counter([f"k:{concept}" for concept in found] + [f"k:{one}+{other}" for one, other in combinations(found, 2)])
