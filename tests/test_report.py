"""The report judges answers as docs/quality.md says it does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.partners.knowledge import Snapshot
from bot.replies.compose import RESERVATIONS
from bot.replies.phrases import phrase
from tests.provenance import Provenance
from tests.report.__main__ import failures, main, options_of, tasks_of
from tests.report.document import BEGIN, END, NoMarkers, renewed
from tests.report.judging import Outcome, judge
from tests.report.questions import LANGUAGES, Entry, read_set
from tests.report.shares import QUESTION_FLOOR, below_floors
from tests.report.tables import sections

SOURCES = [{"title": "A page", "url": None, "as_of": "2019", "facts": ["a-fact"]}]


def outcome(said: str, given: list[dict[str, Any]] | None = None, *, in_set: str = "plain", **entry: Any) -> Outcome:
    """What came of asking "Where is Luzhou?" and hearing this."""
    kind, way, noise = entry.pop("kind", "fact"), entry.pop("way", "-"), entry.pop("noise", "none")
    turn = {"ask": "Where is Luzhou?", "must": ["Sichuan"], "sources": "some"} | entry
    asked = Entry(in_set, "en", "en-1", kind, way, (turn,))
    return judge(asked, turn, noise, turn["ask"], [{"text": said, "sources": given}])


def test_an_answer_with_all_that_it_must_have_holds() -> None:
    good = outcome("Luzhou lies in Sichuan.", SOURCES)
    assert good.right and not good.wrong and not good.invented


def test_facts_that_do_not_answer_are_wrong() -> None:
    assert outcome("Luzhou lies in Yunnan.", SOURCES).wrong
    assert outcome("Luzhou lies in Sichuan.", SOURCES, sources="none", must=[]).wrong
    assert outcome("Luzhou lies in Sichuan, not in Yunnan.", SOURCES, must_not=["Yunnan"]).wrong


def test_not_knowing_does_not_hold_but_is_not_wrong() -> None:
    unknown = outcome(phrase("unknown", "en"))
    assert not unknown.right and not unknown.wrong and unknown.wants_facts and not unknown.states_facts


@pytest.mark.parametrize("head", RESERVATIONS)
def test_facts_with_a_reservation_hold_when_they_answer_and_are_not_wrong_when_they_do_not(head: str) -> None:
    hit = outcome(f"{phrase(head, 'en')} Luzhou lies in Sichuan.", SOURCES)
    assert hit.right and hit.reserved and not hit.states_facts
    missed = outcome(f"{phrase(head, 'en')} Luzhou is a city.", SOURCES)
    assert not missed.right and not missed.wrong
    nothing_known = outcome(f"{phrase(head, 'en')} Luzhou is a city.", SOURCES, sources="none", must=[])
    assert nothing_known.right and nothing_known.reserved
    assert not outcome(f"{phrase(head, 'en')} Luzhou is in Yunnan.", SOURCES, must=[], must_not=["Yunnan"]).right


@pytest.mark.parametrize("entry", [{"kind": "premise"}, {"way": "confirm"}])
def test_a_yes_without_what_must_be_said_confirms_falsely(entry: dict[str, str]) -> None:
    assert outcome(f"{phrase('yes', 'en')} Luzhou is a city.", SOURCES, **entry).confirms_falsely
    assert not outcome(f"{phrase('yes', 'en')} Luzhou is in Sichuan.", SOURCES, **entry).confirms_falsely
    assert not outcome(f"{phrase('no', 'en')} Luzhou is a city.", SOURCES, **entry).confirms_falsely


def test_a_figure_that_stands_in_no_file_is_invented() -> None:
    assert outcome("Sichuan has 987,654,321 universities.", SOURCES).invented == (987654321.0,)
    quoted = "On “who paid 987,654,321 euros” I have no source."
    asked = "Where is it and who paid 987,654,321 euros?"
    assert not outcome(quoted, ask=asked).invented
    assert outcome(quoted).invented


def test_one_invented_figure_fails_the_report() -> None:
    assert below_floors([outcome("Sichuan has 987,654,321 universities.", SOURCES)])
    assert not below_floors([outcome("Luzhou lies in Sichuan.", SOURCES)])


def test_too_few_answers_that_hold_fail_the_report() -> None:
    good, bad = outcome("Luzhou lies in Sichuan.", SOURCES), outcome(phrase("unknown", "en"))
    floor = round(QUESTION_FLOOR * 100)
    assert not below_floors([good] * floor + [bad] * (100 - floor))
    assert below_floors([good] * (floor - 1) + [bad] * (101 - floor))


def test_failures_of_a_hidden_set_are_counted_and_never_printed() -> None:
    bad = outcome("Luzhou lies in Yunnan.", SOURCES, in_set="blind")
    assert failures([bad]) == []
    table = next(section for section in sections([bad], None) if section.title == "By set")
    assert table.rows == [("blind", "0/1 0.0%", "0/1 0.0%")]
    assert failures([outcome("Luzhou lies in Yunnan.", SOURCES)])


def test_of_noisy_failures_those_are_printed_that_hold_without_noise() -> None:
    clean = outcome("Luzhou lies in Sichuan.", SOURCES)
    noisy = outcome(phrase("unknown", "en"), noise="light")
    assert len(failures([clean, noisy])) == 1
    assert len(failures([outcome(phrase("unknown", "en")), noisy])) == 1


def test_noise_is_for_single_questions_of_sets_that_are_shown() -> None:
    single, hidden = Entry("plain", "en", "1", "fact", "-", ({},)), Entry("blind", "en", "2", "fact", "-", ({},))
    dialogue = Entry("plain", "en", "3", "dialogue", "-", ({}, {}))
    tasks = tasks_of([single, hidden, dialogue], ["none", "light"])
    assert [(task.entry.id, task.noise) for task in tasks] == [
        ("1", "none"), ("2", "none"), ("3", "none"), ("1", "light"),
    ]  # fmt: skip


def test_a_set_without_one_of_its_languages_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text("- {id: a, kind: fact, ask: b}\n", encoding="utf-8")
    assert len(read_set("some", tmp_path, ["en"])) == 1
    with pytest.raises(FileNotFoundError):
        read_set("some", tmp_path, LANGUAGES)
    with pytest.raises(SystemExit, match=r"de\.yml is missing"):
        main(["--questions", str(tmp_path)])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sets", "plain,other"],
        ["--noise", "loud"],
        ["--write", "--quick"],
        ["--write", "--answers"],
        ["--write", "--language", "de"],
    ],
)
def test_a_command_line_that_cannot_be_followed_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        options_of(arguments)
    assert refusal.value.code == 2


def test_figures_are_renewed_between_the_markers_only() -> None:
    found = sections([outcome("Luzhou lies in Sichuan.", SOURCES)], (10.0, 20.0))
    once = renewed(f"Before\n{BEGIN}\noutdated\n{END}\nAfter\n", found, date(2019, 5, 22))
    assert once.startswith(f"Before\n{BEGIN}\n") and once.endswith(f"{END}\nAfter\n")
    assert "2019-05-22" in once and "| milliseconds | 10 | 20 |" in once and "outdated" not in once
    assert renewed(once, found, date(2019, 5, 22)) == once
    with pytest.raises(NoMarkers):
        renewed("Before\n", found, date(2019, 5, 22))


def test_what_has_no_origin_fails_the_check_and_so_do_too_few_facts(snapshot: Snapshot) -> None:
    fact = next(one for one in snapshot.facts.values() if one.record_id == "luzhou")
    told = [{"title": "A page", "url": None, "as_of": "2019", "facts": [fact.id]}]
    entry = Entry("plain", "en", "en-1", "fact", "-", ({"ask": "Where is Luzhou?"},))

    def judged(text: str) -> Outcome:
        messages = [{"text": text, "sources": told}]
        return judge(entry, entry.turns[0], "none", "Where is Luzhou?", messages, Provenance(snapshot))

    good, stray = judged(fact.in_language("en")[0]), judged(f"{fact.in_language('en')[0]} Believe me.")
    assert good.without_origin == "" and "Believe me" in stray.without_origin
    assert below_floors([good], least_facts=1) == []
    assert any("fixed phrase" in line for line in below_floors([stray]))
    assert any("WITHOUT ORIGIN" in line for line in failures([stray]))
    assert any("different facts" in line for line in below_floors([good], least_facts=2))
