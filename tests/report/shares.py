"""Figures from outcomes: shares by any grouping, and whether the floors hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.report.judging import Outcome

QUESTION_BAR, NOISY_BAR, TURN_BAR, WRONG_BAR = 0.97, 0.93, 0.95, 0.015  # what is asked for
# Below these the check fails, for each language over these sets; None: printed only.
FLOORED = ("plain", "breadth", "blind")
QUESTION_FLOOR, TURN_FLOOR = 0.92, 0.85
BLIND_FLOOR: float | None = None
NOISY_FLOOR: float | None = None
WRONG_CEILING: float | None = None
FACTS_FLOOR = 100  # different facts in the replies to all sets: with fewer, origins would hardly have been looked at


@dataclass
class Tally:
    """Right and asked, for one cell of a table."""

    right: int = 0
    asked: int = 0

    def add(self, right: bool) -> None:
        self.right += right
        self.asked += 1

    @property
    def share(self) -> float:
        return self.right / self.asked if self.asked else 1.0

    def __str__(self) -> str:
        return f"{self.right}/{self.asked} {self.share:.1%}" if self.asked else "-"


Grouping = Callable[[Outcome], str]


def tallies(
    outcomes: Iterable[Outcome], row: Grouping, right: Callable[[Outcome], bool] = lambda outcome: outcome.right
) -> dict[tuple[str, str], Tally]:
    """A tally for each (row, language)."""
    found: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for outcome in outcomes:
        found[row(outcome), outcome.entry.language].add(right(outcome))
    return found


def one(outcomes: Iterable[Outcome], right: Callable[[Outcome], bool] = lambda outcome: outcome.right) -> Tally:
    """One tally over all of them."""
    tally = Tally()
    for outcome in outcomes:
        tally.add(right(outcome))
    return tally


def questions(outcomes: Iterable[Outcome], *, noise: str = "none", hidden: bool = False) -> list[Outcome]:
    """Single questions at one level of noise, of the sets that are shown or of those that are not."""
    return [o for o in outcomes if not o.entry.is_dialogue and o.noise == noise and o.entry.is_hidden == hidden]


def turns(outcomes: Iterable[Outcome], *, hidden: bool = False) -> list[Outcome]:
    """Dialogue turns of the sets that are shown or of those that are not."""
    return [o for o in outcomes if o.entry.is_dialogue and o.entry.is_hidden == hidden]


def below_floors(outcomes: list[Outcome], least_facts: int = 0) -> list[str]:
    """What does not hold, one line each; empty when all floors do."""
    found = [f"invented figures: {len(invented)}"] if (invented := [o for o in outcomes if o.invented]) else []
    if stray := [o for o in outcomes if o.without_origin]:
        found.append(f"replies with something that is neither a fact nor a fixed phrase: {len(stray)}")
    if (facts := len({fact for o in outcomes for fact in o.facts})) < least_facts:
        found.append(f"different facts in all replies: {facts}, fewer than {least_facts}")
    for language in dict.fromkeys(o.entry.language for o in outcomes):
        own = [o for o in outcomes if o.entry.language == language and o.entry.set in FLOORED]
        floors = [
            ("questions", questions(own), QUESTION_FLOOR),
            ("dialogue turns", turns(own), TURN_FLOOR),
            ("blind questions", questions(own, hidden=True), BLIND_FLOOR),
            *((f"{level} noise", questions(own, noise=level), NOISY_FLOOR) for level in ("light", "heavy")),
        ]
        for name, group, floor in floors:
            if floor is not None and group and (share := one(group).share) < floor:
                found.append(f"{language}: {name} {share:.1%} below {floor:.0%}")
        wrong = one(own, lambda o: o.wrong)
        if WRONG_CEILING is not None and wrong.asked and wrong.share > WRONG_CEILING:
            found.append(f"{language}: wrong answers {wrong.share:.1%} above {WRONG_CEILING:.1%}")
    return found
