"""The tables of a report, for the terminal and for docs/quality.md alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.report import shares as f
from tests.report.judging import Outcome
from tests.report.questions import LANGUAGES


@dataclass(frozen=True)
class Section:
    """A table with what it counts; the first column of `rows` is the row's name."""

    title: str
    counts: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


def sections(outcomes: list[Outcome], times: tuple[float, float] | None) -> list[Section]:
    """All tables that have something to show."""
    clean = [o for o in outcomes if o.noise == "none"]
    shown = f.questions(clean)
    levels = list(dict.fromkeys(o.noise for o in outcomes))
    found = [
        _by_language("Overall", "answers that hold, of those asked", _overall(outcomes)),
        _section("By set", "single questions without noise", _singles(clean), _set),
        _section("By kind", "single questions without noise, sets that are shown", shown, lambda o: o.entry.kind),
        _section(
            "By way of asking",
            "single questions without noise of sets that note it",
            [o for o in shown if o.entry.way != "-"],
            lambda o: o.entry.way,
        ),
    ]
    if len(levels) > 1:
        sets = {o.entry.set for o in outcomes if o.noise != "none"}
        noisy = [o for o in _singles(outcomes) if o.entry.set in sets]
        counts = f"single questions of {' and '.join(sorted(sets))}"
        found.append(_section("By noise", counts, noisy, lambda o: o.noise, levels))
    found.append(_section("Dialogue turns by set", "turns", [o for o in clean if o.entry.is_dialogue], _set))
    found.append(_by_language("Truth", "smaller is better", _truth(outcomes)))
    wrong = [o for o in clean if not o.entry.is_hidden]
    found.append(_section("Wrong answers by kind", "smaller is better", wrong, lambda o: o.entry.kind, right=_wrong))
    if times:
        row = ("milliseconds", f"{times[0]:.0f}", f"{times[1]:.0f}")
        found.append(Section("Turn time", "one visitor at a time, no floor", ("", "median", "90th percentile"), [row]))
    return [section for section in found if section.rows]


def _set(outcome: Outcome) -> str:
    return outcome.entry.set


def _singles(outcomes: list[Outcome]) -> list[Outcome]:
    return [o for o in outcomes if not o.entry.is_dialogue]


Rows = list[tuple[str, list[Outcome], Callable[[Outcome], bool]]]


def _right(outcome: Outcome) -> bool:
    return outcome.right


def _overall(outcomes: list[Outcome]) -> Rows:
    rows: Rows = [(f"questions (bar {f.QUESTION_BAR:.0%})", f.questions(outcomes), _right)]
    rows += [
        (f"questions, {level} noise (bar {f.NOISY_BAR:.0%})", f.questions(outcomes, noise=level), _right)
        for level in ("light", "heavy")
    ]
    return [
        *rows,
        (f"dialogue turns (bar {f.TURN_BAR:.0%})", f.turns(outcomes), _right),
        (f"blind questions (bar {f.QUESTION_BAR:.0%})", f.questions(outcomes, hidden=True), _right),
        (f"blind dialogue turns (bar {f.TURN_BAR:.0%})", f.turns(outcomes, hidden=True), _right),
    ]


def _truth(outcomes: list[Outcome]) -> Rows:
    def confident(group: list[Outcome]) -> list[Outcome]:
        return [o for o in group if o.states_facts]

    clean = [o for o in outcomes if o.noise == "none"]
    noisy = [o for o in outcomes if o.noise != "none"]
    wanted = [o for o in clean if o.wants_facts]
    nothing = [o for o in clean if not o.wants_facts]
    rows: Rows = [
        (f"wrong answers, of all asked (bar {f.WRONG_BAR:.1%})", clean, _wrong),
        ("wrong answers with noise, of all asked", noisy, _wrong),
        ("confident answers that are wrong, of those that state facts", confident(clean), _wrong),
        ("the same with noise", confident(noisy), _wrong),
        ("no answer although there is one", wanted, lambda o: not o.states_facts and not o.reserved),
        ("facts shown with a reservation, of all asked", clean, lambda o: o.reserved),
        ("answers that hold but are shown with a reservation", [o for o in wanted if o.right], lambda o: o.reserved),
        ("facts shown with a reservation though no fact answers", nothing, lambda o: o.reserved),
        ("false premises confirmed, of statements to check", [o for o in outcomes if o.checks], _confirms),
        ("invented figures", outcomes, lambda o: bool(o.invented)),
    ]
    return rows


def _confirms(outcome: Outcome) -> bool:
    return outcome.confirms_falsely


def _wrong(outcome: Outcome) -> bool:
    return outcome.wrong


def _section(
    title: str,
    counts: str,
    outcomes: list[Outcome],
    row: f.Grouping,
    order: list[str] | None = None,
    right: Callable[[Outcome], bool] = _right,
) -> Section:
    names = order or list(dict.fromkeys(map(row, outcomes)) if row is _set else sorted(set(map(row, outcomes))))
    rows: Rows = [(name, [o for o in outcomes if row(o) == name], right) for name in names]
    return _by_language(title, counts, rows)


def _by_language(title: str, counts: str, rows: Rows) -> Section:
    languages = [la for la in LANGUAGES if any(o.entry.language == la for _, group, _ in rows for o in group)]
    table = []
    for name, group, right in rows:
        cells = [f.one((o for o in group if o.entry.language == language), right) for language in languages]
        if group:
            table.append((name, *map(str, cells), str(f.one(group, right))))
    return Section(title, counts, ("", *languages, "all"), table)
