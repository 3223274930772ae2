"""Names that changed laid over the many that did not, so that one new name does not mean building all anew."""

from __future__ import annotations

from collections.abc import Sequence

from bot.partners.name_lookup import Bearer, NameLookup


class LayeredLookup:
    """Answers like a NameLookup of both: `top` counts, `base` only for records that are not `hidden`."""

    def __init__(self, base: NameLookup, top: NameLookup, hidden: frozenset[str]) -> None:
        self._base, self._top, self._hidden = base, top, hidden

    def __len__(self) -> int:
        return len(self._base) + len(self._top)

    def holds(self, texts: Sequence[str]) -> list[bool]:
        """Whether each text may be a spelling of a name; `bearers` says whose."""
        return [a or b for a, b in zip(self._base.holds(texts), self._top.holds(texts), strict=True)]

    def reaches(self, words: Sequence[str]) -> list[int]:
        """For each word how many tokens the longest spelling may have that begins with it; 0 for none."""
        return list(map(max, self._base.reaches(words), self._top.reaches(words)))

    def bearers(self, text: str) -> tuple[Bearer, ...]:
        """Who bears a spelling, each once with its greatest strength."""
        below = (bearer for bearer in self._base.bearers(text) if bearer.record_id not in self._hidden)
        return (*below, *self._top.bearers(text))

    def knows(self, word: str) -> bool:
        """Whether a word stands in any name."""
        return self._base.knows(word) or self._top.knows(word)

    def near_latin(self, words: list[str], position: int) -> list[str]:
        """Names that the misspelt word at `position` may belong to."""
        below = self._borne(self._base.near_latin(words, position))
        return [*below, *self._top.near_latin(words, position)]

    def near_han(self, run: str) -> list[str]:
        """Chinese names of which much occurs in a run of characters."""
        return [*self._borne(self._base.near_han(run)), *self._top.near_han(run)]

    def few(self, kind: str, most: int) -> list[str] | None:
        """The names of a kind (latin, han, general) if there are at most `most` of them in each layer."""
        below, above = self._base.few(kind, most), self._top.few(kind, most)
        return None if below is None or above is None else [*self._borne(below), *above]

    def _borne(self, texts: list[str]) -> list[str]:
        return [text for text in texts if any(b.record_id not in self._hidden for b in self._base.bearers(text))]
