"""Does what the visitor takes for granted agree with the facts? Only years, figures and places are judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.common.text import fold
from bot.partners.figures import figures, years
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import Fact
from bot.partners.turn import Verdict


@dataclass(frozen=True)
class Claims:
    """The checkable parts of a question."""

    years: frozenset[int]
    figures: frozenset[float]
    places: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.years or self.figures or self.places)


DONE_IN_A_YEAR = frozenset({"founded", "opened"})
ASKING = frozenset({"when", "since_when", "who", "where", "which", "what_is", "how", "why", "how_many", "how_big"})


def states(asked: Asked, snapshot: Snapshot) -> bool:
    """Whether something is stated to be checked: "it lies in Yunnan, right?", and "founded in 2015?" without a word that asks."""
    flags = snapshot.vocabulary.flags.find(asked.folded)
    if "yes_no" in flags:
        return True
    said_to_be_done = asked.concepts & DONE_IN_A_YEAR and years(asked.folded)
    return bool(said_to_be_done and not asked.concepts & ASKING and "listing" not in flags)


def claims_in(text: str, asked: Asked, snapshot: Snapshot) -> Claims:
    """Years, other figures and places (of the vocabulary or elsewhere) that a question states."""
    found_years = years(text)
    found_figures = frozenset(f for f in figures(text) if f not in {float(y) for y in found_years})
    outside = asked.folded
    for mention in sorted(asked.mentions, key=lambda m: -m.start):
        outside = outside[: mention.start] + " " + outside[mention.end :]
    places = {f"other:{p}" for p in snapshot.other_places.find(outside)}
    places |= {f"city:{c}" for c in snapshot.vocabulary.values("cities", outside)}
    return Claims(found_years, found_figures, frozenset(places))


def judge(claims: Claims, facts: Sequence[Fact], snapshot: Snapshot) -> Verdict | None:
    """ "yes" when the facts hold every claim, "no" when they hold another value of the same sort, else None.

    `facts`: the best fact first, then those that may also be meant (variants, near ones).
    """
    if not claims or not facts:
        return None
    best = facts[0]
    together = [text for fact in facts for text in fact.text.values()]
    best_texts = list(best.text.values())
    verdicts: list[bool | None] = []
    if claims.years:
        known = frozenset(y for text in together for y in years(text)) | _years_as_of(facts)
        own = frozenset(y for text in best_texts for y in years(text))
        verdicts.append(True if claims.years <= known else False if own else None)
    if claims.figures:
        known_figures = frozenset(f for text in together for f in figures(text))
        own_figures = frozenset(f for text in best_texts for f in figures(text)) - {
            float(y) for text in best_texts for y in years(text)
        }
        holds = all(any(_same(c, k) for k in known_figures) for c in claims.figures)
        verdicts.append(True if holds else False if own_figures else None)
    if claims.places:
        verdicts.append(_place_holds(claims.places, facts, snapshot))
    if False in verdicts:
        return "no"
    return "yes" if all(verdicts) and None not in verdicts else None


def _years_as_of(facts: Sequence[Fact]) -> frozenset[int]:
    return frozenset(int(fact.as_of[:4]) for fact in facts if fact.as_of)


def _same(claimed: float, known: float) -> bool:
    return abs(claimed - known) <= 0.005 * max(abs(claimed), abs(known))


def _place_holds(places: frozenset[str], facts: Sequence[Fact], snapshot: Snapshot) -> bool | None:
    """True when every claimed place is in the facts' own words; False when the facts say where, but elsewhere."""
    claimed = {_plain(place) for place in places}
    own = _places_in(facts[:1], snapshot)
    if claimed <= own:
        return True
    present = _places_in(facts, snapshot)
    if claimed <= present:
        return None if own else True  # it is said, but of something else than what answers best
    record = snapshot.records.get(facts[0].record_id)
    says_where = bool(present) or bool(record and (record.city or record.country)) or _names_a_place(facts[0], snapshot)
    return False if says_where else None


def saying_where(facts: Sequence[Fact], known: Collection[str], snapshot: Snapshot) -> Fact | None:
    """The first of the facts that names a place beside those that are `known` (plain names) from the question."""
    return next((fact for fact in facts if _places_in([fact], snapshot) - set(known)), None)


def _places_in(facts: Sequence[Fact], snapshot: Snapshot) -> set[str]:
    """Plain names of the places, of the vocabulary or elsewhere, in the sentences of facts."""
    found: set[str] = set()
    for text in (fold(text) for fact in facts for text in fact.text.values()):
        found |= {_plain(f"other:{p}") for p in snapshot.other_places.find(text)}
        found |= {_plain(f"city:{c}") for c in snapshot.vocabulary.values("cities", text)}
    return found


def _plain(place: str) -> str:
    return fold(place.split(":", 1)[1].replace("-", " "))


def _names_a_place(fact: Fact, snapshot: Snapshot) -> bool:
    return any(
        snapshot.records[record_id].type == "place"
        for text in fact.text.values()
        for mention in snapshot.name_index.find(fold(text))
        for record_id in mention.record_ids
        if mention.strength > 1
    )
