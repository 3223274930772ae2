"""Finds which records a visitor means: exact, folded and misspelt names inside a sentence."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.common.text import fold
from bot.partners.common_words import CommonWords
from bot.partners.mention_signs import has_legal_form, is_signed
from bot.partners.name_layers import LayeredLookup
from bot.partners.name_lookup import TOKEN, NameLookup, Spelling
from bot.partners.records import Name
from bot.partners.sounds import LIKENESS as SOUNDS_ALIKE
from bot.partners.sounds import Sounds
from bot.partners.spellings import spellings

FUZZY_TOKENS, WIDEST = 7, 14  # words and characters of a misspelt name
SHORTEST_HAN = 4  # characters in which an organisation is looked for misspelt; with fewer much is alike
CLOSE = 82
SURELY = 88  # likeness, in percent, from which a misspelt name is believed before a shorter exact one inside it
STRENGTH = {"official": 3, "alias": 3, "label": 3, "transliteration": 2, "description": 1}
FEW = 2_000  # so many names are compared one by one; of more, only those that share something with the text
MOST_TOKENS = (
    500  # of one text in which names are looked for misspelt; a page of English, a third of the longest Chinese text
)
MOST_UNKNOWN = 16  # words of one text that are looked for among misspelt names
REMEMBERED = 256  # texts


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of the folded text that names records; several `record_ids` mean it is ambiguous.

    `strength`: 3 a name, 2 a transliteration or a misspelt name, 1 a description such as "the chamber".
    """

    start: int
    end: int
    text: str
    record_ids: tuple[str, ...]
    strength: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one name means: one id, several (ask the visitor), or none with the nearest suggestions."""

    record_ids: tuple[str, ...]
    suggestions: tuple[str, ...] = ()


class _Sentence:
    """The words of a text and what is known of each: covered by an exact name, part of any name, common."""

    def __init__(
        self, words: list[str], covered: Sequence[bool], is_named: Callable[[str], bool], common: CommonWords
    ) -> None:
        self.words, self.covered = words, covered
        self.named = [word.isascii() and is_named(word) for word in words]
        self.known = [named or word in common for named, word in zip(self.named, words, strict=True)]

    def unknown(self) -> list[int]:
        """Places of words in Latin letters that may be misspelt."""
        return [
            n for n, word in enumerate(self.words)
            if not self.known[n] and not self.covered[n] and word.isascii() and len(word) > 1
        ]  # fmt: skip

    def pool(self, first: int, last: int, near: list[str], general: list[str]) -> list[str]:
        """The names that these words, all in Latin letters, may be a misspelling of."""
        if all(self.named[first : last + 1]):
            return []
        # A company's name is not sought in words that are all common: there are too many companies.
        return general if all(self.known[first : last + 1]) else near


class NameIndex:
    """All names of all records, looked up by folded text; lookups hardly grow with the number of names.

    `types`: record id -> type. Organisations called by `common` words are found only where a sign says so.
    """

    def __init__(
        self,
        names: Iterable[Name],
        known_words: Iterable[str] = (),
        *,
        types: Mapping[str, str] | None = None,
        common: CommonWords | None = None,
    ) -> None:
        self._common = common or CommonWords()
        self._other_words = frozenset(known_words)
        self._types = types or {}
        self._base = NameLookup(s for name in names for s in self._spellings(name))
        self._use(self._base)

    def _use(self, lookup: NameLookup | LayeredLookup) -> None:
        self._lookup = lookup
        self._all_latin, self._all_han = lookup.few("latin", FEW), lookup.few("han", FEW)
        self._general = lookup.few("general", FEW) or []
        # Of very many organisations only the other names are known by their sound.
        self._sounds = Sounds(dict.fromkeys([*(self._all_latin or ()), *(self._all_han or ()), *self._general]))
        self._find_again = lru_cache(maxsize=REMEMBERED)(self._find)

    def with_changes(self, names: Mapping[str, Iterable[Name]], types: Mapping[str, str]) -> NameIndex:
        """The index with other names for some records (none for one that is gone); shares what did not change.

        `names` holds all records that changed since this index was first made, not only since the last change.
        """
        made = copy.copy(self)
        made._types = types
        top = NameLookup(s for many in names.values() for name in many for s in made._spellings(name))
        made._use(LayeredLookup(self._base, top, frozenset(names)))
        return made

    def __len__(self) -> int:
        return len(self._lookup)

    def _spellings(self, name: Name) -> Iterator[Spelling]:
        organisation = self._types.get(name.record_id) == "organisation"
        strength = STRENGTH[name.kind]
        for text in dict.fromkeys(spellings(name, organisation=organisation)):
            weak = organisation and strength > 1 and not has_legal_form(text) and self._common.make_up(text)
            yield Spelling(text, name.record_id, strength, weak, organisation)

    def is_weak(self, folded: str) -> bool:
        """Whether a spelling names nothing unless a sign beside it says so."""
        bearers = self._lookup.bearers(folded)
        return bool(bearers) and all(bearer.weak for bearer in bearers)

    def find(self, folded: str, *, misspelt: bool = True, written: str = "") -> tuple[Mention, ...]:
        """Mentions in an already folded text, left to right, longest first, without overlaps.

        `misspelt` also looks for names that are a few letters off; `written` is the text before folding, in which
        quotation marks show what is a name.
        """
        return self._find_again(folded, misspelt, written)

    def _find(self, folded: str, misspelt: bool, written: str) -> tuple[Mention, ...]:
        tokens = [(m.start(), m.end()) for m in TOKEN.finditer(folded)]
        exact = self._exact(folded, tokens)
        found: list[Mention] = []
        position = 0
        while position < len(tokens):
            for last, name in exact.get(position, ()):
                mention = self._mention(folded, tokens[position][0], tokens[last][1], name, written)
                if mention:
                    found.append(mention)
                    position = last + 1
                    break
            else:
                position += 1
        if misspelt:
            found = self._with_misspelt(folded, tokens, found)
        return tuple(sorted(found, key=lambda m: m.start))

    def _exact(self, folded: str, tokens: Sequence[tuple[int, int]]) -> dict[int, list[tuple[int, str]]]:
        """First token -> (last token, spelling), the longest first."""
        spans: list[tuple[int, int]] = []
        texts: list[str] = []
        words = [folded[start:end] for start, end in tokens]
        reaches = self._lookup.reaches([*words, *(word.removesuffix("s") for word in words)])
        for first in range(len(tokens)):
            reach = max(reaches[first], reaches[len(tokens) + first])
            for last in range(min(len(tokens), first + reach) - 1, first - 1, -1):
                text = folded[tokens[first][0] : tokens[last][1]]
                spans.append((first, last))
                texts.append(text)
                if len(text) > 4 and text[-1] == "s" and text.isascii():
                    spans.append((first, last))
                    texts.append(text[:-1])  # the genitive: Hernes, Luzhous
        if not texts:
            return {}
        found: dict[int, list[tuple[int, str]]] = {}
        for (first, last), text, held in zip(spans, texts, self._lookup.holds(texts), strict=True):
            if held:
                found.setdefault(first, []).append((last, text))
        return found

    def _mention(self, folded: str, start: int, end: int, name: str, written: str) -> Mention | None:
        bearers = self._lookup.bearers(name)
        if any(bearer.weak for bearer in bearers) and not is_signed(folded, start, end, written):
            bearers = tuple(bearer for bearer in bearers if not bearer.weak)
        if not bearers:
            return None
        strength = max(bearer.strength for bearer in bearers)
        return Mention(start, end, folded[start:end], tuple(bearer.record_id for bearer in bearers), strength)

    def _with_misspelt(self, folded: str, tokens: Sequence[tuple[int, int]], exact: list[Mention]) -> list[Mention]:
        """The exact mentions and the misspelt ones between them; a misspelt name replaces shorter names inside it."""
        inside_names = {place for m in exact for place in range(m.start, m.end)}
        covered = [start in inside_names for start, _ in tokens]
        if all(covered[:MOST_TOKENS]):
            return exact
        sentence = _Sentence([folded[start:end] for start, end in tokens], covered, self._is_named, self._common)
        latin, han = self._candidates(sentence)
        starts, ends = {m.start for m in exact}, {m.end for m in exact}
        nearest: dict[tuple[str, int], tuple[tuple[str, ...], float] | None] = {}
        found: list[Mention] = []
        taken = -1
        for first, (start, _) in enumerate(tokens[:MOST_TOKENS]):
            if start < taken or (covered[first] and start not in starts):
                continue
            best: tuple[float, Mention] | None = None
            for last in range(first, min(len(tokens), first + WIDEST)):
                end = tokens[last][1]
                if (covered[last] and end not in ends) or all(covered[first : last + 1]):
                    continue
                text = folded[start:end]
                if text.isascii():
                    pool = sentence.pool(first, last, latin, self._general)
                else:
                    pool = han if len(text) >= SHORTEST_HAN else self._general
                if (text, id(pool)) not in nearest:  # a text may say the same again and again
                    nearest[text, id(pool)] = self._nearest(text, pool, tokens=last - first + 1) if pool else None
                match = nearest[text, id(pool)]
                if match is None or (best is not None and match[1] <= best[0]):
                    continue
                inside = [m for m in exact if start <= m.start < end]
                if inside and (match[1] < SURELY or not self._outranks(match[0], inside)):
                    continue
                best = match[1], Mention(start, end, text, match[0], 2)
            if best:
                found.append(best[1])
                taken = best[1].end
        return found + [m for m in exact if not any(f.start <= m.start < f.end for f in found)]

    def _outranks(self, record_ids: tuple[str, ...], inside: Iterable[Mention]) -> bool:
        """Whether a misspelt name is an organisation's that the exact mentions inside it do not mean, or one of several."""
        meant = {i for mention in inside for i in mention.record_ids}
        return meant > set(record_ids) or (
            meant.isdisjoint(record_ids) and all(self._types.get(i) == "organisation" for i in record_ids)
        )

    def _candidates(self, sentence: _Sentence) -> tuple[list[str], list[str]]:
        """Names in Latin letters, and in others, that may stand misspelt in what no exact name covers."""
        lookup = self._lookup
        latin, han = self._all_latin, self._all_han
        if latin is None:
            near = (name for n in sentence.unknown()[:MOST_UNKNOWN] for name in lookup.near_latin(sentence.words, n))
            latin = list(dict.fromkeys([*near, *self._general]))
        if han is None:
            runs = "".join(" " if word.isascii() else word for word in sentence.words).split()
            near = (name for run in runs if len(run) > 2 for name in lookup.near_han(run))
            han = list(dict.fromkeys([*near, *self._general]))
        return latin, han

    def _is_named(self, word: str) -> bool:
        return word in self._other_words or self._lookup.knows(word)

    def _nearest(self, text: str, pool: Sequence[str], *, tokens: int) -> tuple[tuple[str, ...], float] | None:
        """(records, likeness in percent) of the name in the pool that is nearest to the text."""
        if text.isascii():
            if len(text) < 5 or tokens > FUZZY_TOKENS:
                return None
            cutoff = 90 if len(text) < 6 else 83 if tokens == 1 else 87
            match = process.extractOne(text, pool, scorer=fuzz.ratio, score_cutoff=cutoff)
            if match and tokens > 1 and len(match[0].split()) == 1 and fuzz.ratio(text.replace(" ", ""), match[0]) < 90:
                return None
        else:
            likeness = 80 if len(text) > 4 else 85
            match = process.extractOne(text, pool, scorer=fuzz.ratio, score_cutoff=likeness) if len(text) > 2 else None
        if not match:
            spoken = (
                self._sounds.alike(text, pool)
                if (tokens == 1 or not text.isascii()) and text not in self._common
                else []
            )
            return (self._records(spoken), SOUNDS_ALIKE) if spoken else None
        equal = process.extract(text, pool, scorer=fuzz.ratio, score_cutoff=match[1] - 0.001, limit=None)
        return self._records([name for name, _, _ in equal]), match[1]

    def _records(self, spellings: Sequence[str]) -> tuple[str, ...]:
        ids = (b.record_id for text in spellings for b in self._lookup.bearers(text) if not b.weak)
        return tuple(dict.fromkeys(ids))

    def resolve(self, text: str, limit: int = 3) -> Resolution:
        """What `text`, taken as one name, means; never the first of several."""
        folded = fold(text)
        bearers = self._lookup.bearers(folded)
        if bearers:
            strongest = max(bearer.strength for bearer in bearers)
            return Resolution(tuple(b.record_id for b in bearers if b.strength == strongest))
        words = TOKEN.findall(folded)
        sentence = _Sentence(words, [False] * len(words), self._is_named, self._common)
        latin, han = self._candidates(sentence)
        near = process.extract(
            folded, latin if folded.isascii() else han, scorer=fuzz.WRatio, limit=12, score_cutoff=60
        )
        known = all(sentence.known)
        close = [name for name, _, _ in near if not known and fuzz.ratio(folded, name) >= CLOSE]
        if close:
            return Resolution(self._records(close[:1]))
        suggestions = self._records([name for name, _, _ in near])
        return Resolution((), suggestions[:limit])
