"""Names written as they sound: "Inobanks" for Innobanx, 嘿尔呐 for 黑尔讷."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

SHORTEST = 6  # letters; shorter words have too many neighbours
MOST_SLIPS = 3
SHORTEST_HAN = 2  # characters; with two, one of them must be right
LIKENESS = 84.0  # percent, as much as a name two letters off
REMEMBERED = 20_000  # texts
_ALIKE = (
    ("x", "ks"), ("chs", "ks"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("dt", "t"), ("tz", "z"), ("qu", "kw"), ("y", "i"),
)  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def sound(folded: str) -> str:
    """A Latin word with one letter for each sound, doubled letters once."""
    for written, spoken in _ALIKE:
        folded = folded.replace(written, spoken)
    folded = re.sub(r"c(?=[aou]|$)", "k", folded)
    return re.sub(r"(.)\1+", r"\1", folded)


@lru_cache(maxsize=REMEMBERED)
def _frame(text: str) -> tuple[str, ...]:
    """What two texts that sound alike share: the first letter and the consonants, or the syllables."""
    if not text.isascii():
        return tuple(lazy_pinyin(list(text)))  # one by one, so that the dictionary of phrases is not needed
    return text[0], re.sub(r"[aeiou]", "", sound(text))


class Sounds:
    """Names of one word in Latin letters, and of Chinese characters, by how they sound."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_frame: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for name in names:
            if name.isalpha() and (not name.isascii() or len(name) >= SHORTEST):
                self._by_frame[_frame(name)].append(name)

    def alike(self, text: str, among: Collection[str]) -> list[str]:
        """The names that sound like the text, the nearest only, if they are among those."""
        if not text.isalpha() or len(text) < (SHORTEST if text.isascii() else SHORTEST_HAN):
            return []
        names = self._by_frame.get(_frame(text), ())
        if text.isascii():
            slips = {name: OSA.distance(sound(text), sound(name)) for name in names}
            nearest = min(slips.values(), default=MOST_SLIPS + 1)
            found = [name for name in names if slips[name] == nearest <= MOST_SLIPS]
        else:
            found = [name for name in names if len(text) > SHORTEST_HAN or set(name) & set(text)]
        return [name for name in found if name in among]
