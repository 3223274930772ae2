"""Sparse features of a sentence: words, word pairs and the character n-grams of each word, over folded text."""
from typing import Dict, Iterator, List, Sequence

from bot.common.text import fold

WORD_LIMIT = 64
TEXT_LIMIT = 2000


def words_of(text: str) -> List[str]:
    """Returns folded words; a Han run is cut into characters, as words are not marked in Chinese."""
    words: List[str] = []
    for word in fold(text[:TEXT_LIMIT]).split():
        run = ""
        for character in word[:TEXT_LIMIT]:
            if "\u3400" <= character <= "\u9fff":
                if run:
                    words.append(run[:WORD_LIMIT])
                    run = ""
                words.append(character)
            else:
                run += character
        if run:
            words.append(run[:WORD_LIMIT])
    return words


def features(text: str, longest: int = 4) -> Iterator[str]:
    """Yields the features of `text`, repeated ones as often as they occur: w: words, p: pairs, c: character n-grams."""
    words = words_of(text)
    yield "b:"
    previous = "^"
    for word in words:
        yield "w:" + word
        yield f"p:{previous} {word}"
        previous = word
    yield f"p:{previous} $"
    for run in _runs(words):
        padded = f" {run} "
        for size in range(1 if not run.isascii() else 2, longest + 1):
            for start in range(len(padded) - size + 1):
                yield "c:" + padded[start : start + size]


def _runs(words: Sequence[str]) -> Iterator[str]:
    """Yields Latin words singly and neighbouring Han characters joined; names replaced by their kind stay whole words."""
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


def counts(text: str, longest: int = 4) -> Dict[str, int]:
    """Returns how often each feature occurs in `text`."""
    result: Dict[str, int] = {}
    for feature in features(text, longest):
        result[feature] = result.get(feature, 0) + 1
    return result
