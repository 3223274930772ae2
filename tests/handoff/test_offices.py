"""The files of offices and calendar: what may stand there, what wins, and what is said about a fault."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.hours import is_open, next_open, standing
from bot.handoff.offices import HandoffDataError, Office, Period, read_offices

OFFICE = """
offices:
  - id: here
    zone: Europe/Berlin
    public_days: DE-NW
    hours: {mon: ["09:00-12:00", "13:00-16:00"], tue: ["09:00-16:00"], thu: ["09:00-12:00"]}
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes offices.yml and the overrides of calendar.yml; the folder."""

    def write_(overrides: str = "[]", offices: str = OFFICE) -> Path:
        (tmp_path / "offices.yml").write_text(offices, encoding="utf-8")
        (tmp_path / "calendar.yml").write_text(f"overrides: {overrides}\n", encoding="utf-8")
        return tmp_path

    return write_


def office(folder: Path) -> Office:
    return read_offices(folder).by_id["here"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_day_entered_as_closed_is_closed_and_says_why(write: Write) -> None:
    here = office(write("[{day: 2026-11-23, of: here, open: [], note: outing}]"))
    assert not is_open(here, at("2026-11-23T10:00"))
    assert standing(here, at("2026-11-23T10:00")).why == "override"
    assert next_open(here, at("2026-11-23T10:00")) == at("2026-11-24T09:00")


def test_an_entered_day_wins_over_a_public_holiday(write: Write) -> None:
    here = office(write('[{day: "2026-06-04", of: here, open: ["10:00-11:00"]}]'))
    assert is_open(here, at("2026-06-04T10:30")) and not is_open(here, at("2026-06-04T09:30"))


def test_an_entered_day_wins_over_a_weekend(write: Write) -> None:
    here = office(write('[{day: "2026-11-28", of: DE-NW, open: ["10:00-14:00"]}]'))
    assert is_open(here, at("2026-11-28T10:30"))


def test_the_office_wins_over_its_region(write: Write) -> None:
    both = '[{day: "2026-11-24", of: here, open: ["10:00-11:00"]}, {day: "2026-11-24", of: DE-NW, open: []}]'
    assert is_open(office(write(both)), at("2026-11-24T10:30"))


def test_a_date_wins_over_the_same_day_of_each_year(write: Write) -> None:
    both = '[{day: "2026-12-24", of: here, open: []}, {day: "12-24", of: here, open: ["09:00-10:00"]}]'
    assert not is_open(office(write(both)), at("2026-12-24T09:30"))
    assert is_open(office(write(both)), at("2029-12-24T09:30"))


def test_an_office_that_never_opens_again_has_no_next_opening(write: Write) -> None:
    days = ", ".join(
        f'{{day: "{month:02}-{day:02}", of: here, open: []}}' for month in range(1, 13) for day in range(1, 32)
    )
    here = office(write(f"[{days}]"))
    assert next_open(here, at("2026-11-23T10:00")) is None
    assert standing(here, at("2026-11-23T10:00")).back is None


def test_periods_that_touch_are_one(write: Write) -> None:
    touching = OFFICE.replace('["09:00-16:00"]', '["12:00-16:00", "09:00-12:00"]')
    assert office(write(offices=touching)).week[1] == (Period(540, 960),)


@pytest.mark.parametrize(
    ("overrides", "offices", "said"),
    [
        ("[]", OFFICE.replace("09:00-16:00", "9-16"), "not like 09:00-12:00"),
        ("[]", OFFICE.replace("09:00-16:00", "16:00-09:00"), "does not end after its start"),
        ("[]", OFFICE.replace("09:00-16:00", "09:00-24:30"), "does not end after its start"),
        ("[]", OFFICE.replace("13:00-16:00", "11:00-16:00"), "overlap"),
        ("[]", OFFICE.replace("Europe/Berlin", "Europe/Herne"), "no time zone"),
        ("[]", OFFICE.replace("DE-NW", "DE-XX"), "no calendar"),
        ("[]", OFFICE.replace("mon:", "monday:"), "hours"),
        ("[]", OFFICE.replace('{mon: ["09:00-12:00", "13:00-16:00"], tue: ["09:00-16:00"], thu: ["09:00-12:00"]}', "{}"), "has no hours"),
        ("[]", OFFICE + OFFICE.replace("offices:", ""), "is there twice"),
        ("[]", "offices: [", "cannot be read"),
        ('[{day: "2026-02-30", of: here, open: []}]', OFFICE, "day"),
        ('[{day: "2026-02-28", of: there, open: []}]', OFFICE, "neither an office"),
        ('[{day: "12-24", of: here, open: []}, {day: "12-24", of: here, open: []}]', OFFICE, "is there twice"),
        ('[{day: "12-24", of: here}]', OFFICE, "open"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_file(write: Write, overrides: str, offices: str, said: str) -> None:
    with pytest.raises(HandoffDataError, match=said) as error:
        read_offices(write(overrides, offices))
    assert all(fault.startswith(("offices.yml: ", "calendar.yml: ")) for fault in error.value.faults)


def test_a_missing_file_is_a_clear_fault(tmp_path: Path) -> None:
    with pytest.raises(HandoffDataError, match=r"offices\.yml: cannot be read"):
        read_offices(tmp_path)
