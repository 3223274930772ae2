"""When the offices of data/handoff are open: clock changes, holidays, days moved to weekends, half days, lunch."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.hours import add_business_minutes, business_time, is_open, next_open, standing
from bot.handoff.offices import Office, Offices, read_offices
from bot.settings import ROOT

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def offices() -> Offices:
    """The offices that are delivered."""
    return read_offices(ROOT / "data" / "handoff")


@pytest.fixture(scope="module")
def ruhr(offices: Offices) -> Office:
    return offices.by_id["middle-ruhr"]


@pytest.fixture(scope="module")
def china(offices: Offices) -> Office:
    return offices.by_id["china"]


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def night_office(folder: Path, hours: str) -> Office:
    """An office with these hours on every day, in Berlin's zone, without holidays."""
    days = "\n".join(f"      {day}: [{hours!r}]" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    text = f"offices:\n  - id: night\n    zone: Europe/Berlin\n    hours:\n{days}\n"
    (folder / "offices.yml").write_text(text, encoding="utf-8")
    (folder / "calendar.yml").write_text("overrides: []\n", encoding="utf-8")
    return read_offices(folder).by_id["night"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T08:59:59", False), ("2026-11-23T09:00", True), ("2026-11-23T11:59:59", True),
        ("2026-11-23T12:00", False), ("2026-11-23T12:59:59", False), ("2026-11-23T13:00", True),
        ("2026-11-23T16:00", False), ("2026-11-27T12:15", True), ("2026-11-27T14:00", False), ("2026-11-28T10:00", False),
    ],
)  # fmt: skip
def test_lunch_and_evening_are_closed_to_the_second(ruhr: Office, at: str, expected: bool) -> None:
    assert is_open(ruhr, berlin(at)) is expected


def test_after_lunch_it_opens_the_same_day(ruhr: Office) -> None:
    assert next_open(ruhr, berlin("2026-11-23T12:30")) == berlin("2026-11-23T13:00")


def test_after_friday_noon_it_opens_on_monday(ruhr: Office) -> None:
    assert next_open(ruhr, berlin("2026-11-27T12:30")) == berlin("2026-11-30T09:00")


def test_while_open_the_next_opening_is_now(ruhr: Office) -> None:
    at = berlin("2026-11-23T10:17:31")
    assert next_open(ruhr, at) == at


def test_times_are_given_in_utc(ruhr: Office) -> None:
    found = next_open(ruhr, shanghai("2026-11-23T08:00"))
    assert found is not None and found.tzinfo is UTC and found == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_time_without_a_zone_is_refused(ruhr: Office) -> None:
    with pytest.raises(ValueError, match="zone"):
        is_open(ruhr, datetime(2026, 11, 23, 10))


@pytest.mark.parametrize(
    "day", ["2026-06-04", "2026-05-14", "2027-03-26", "2027-03-29", "2027-05-17", "2027-11-01", "2027-05-27"]
)
def test_public_holidays_of_north_rhine_westphalia_are_closed(ruhr: Office, day: str) -> None:
    at = berlin(f"{day}T10:00")
    assert at.weekday() < 5
    assert not is_open(ruhr, at)
    assert standing(ruhr, at).why == "holiday"


def test_a_holiday_has_its_names_as_far_as_they_are_known(ruhr: Office, china: Office) -> None:
    assert standing(ruhr, berlin("2026-06-04T10:00")).holiday == {"de": "Fronleichnam", "en": "Corpus Christi"}
    assert standing(china, shanghai("2026-10-01T10:00")).holiday == {"en": "National Day", "zh": "国庆节"}


def test_a_holiday_of_another_land_is_a_working_day(ruhr: Office) -> None:
    assert is_open(ruhr, berlin("2027-01-06T10:00"))  # Epiphany is one in the south only


# Clock changes: 2027-03-28 02:00 -> 03:00 and 2027-10-31 03:00 -> 02:00, both Sundays.


def test_the_weekend_in_which_clocks_go_forward_is_an_hour_shorter(ruhr: Office) -> None:
    friday, monday = berlin("2027-03-19T12:30"), berlin("2027-03-22T09:00")
    plain = next_open(ruhr, friday)
    assert plain == monday
    changed = next_open(ruhr, berlin("2027-03-25T16:00"))
    assert changed == berlin("2027-03-30T09:00")  # Good Friday and Easter Monday are on both sides
    assert changed - berlin("2027-03-25T16:00").astimezone(UTC) == timedelta(days=4, hours=16)


def test_the_weekend_in_which_clocks_go_back_is_an_hour_longer(ruhr: Office) -> None:
    friday = berlin("2027-10-29T12:30")
    found = next_open(ruhr, friday)
    assert found == berlin("2027-11-02T09:00")  # All Saints' is on the Monday
    assert found - friday.astimezone(UTC) == timedelta(days=3, hours=21, minutes=30)


def test_business_minutes_over_a_clock_change_are_those_worked(ruhr: Office) -> None:
    assert add_business_minutes(ruhr, berlin("2027-03-25T15:00"), 120) == berlin("2027-03-30T10:00")
    assert add_business_minutes(ruhr, berlin("2027-10-29T12:00"), 60) == berlin("2027-11-02T09:30")


def test_hours_into_the_skipped_hour_end_when_it_is_skipped(tmp_path: Path) -> None:
    office = night_office(tmp_path, "01:00-02:30")
    start = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
    assert add_business_minutes(office, start, 60) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert is_open(office, datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC))
    assert not is_open(office, datetime(2027, 3, 28, 1, 0, tzinfo=UTC))  # it is three o'clock at once
    assert business_time(office, start, start + timedelta(hours=12)) == timedelta(hours=1)


def test_hours_that_fall_wholly_into_the_skipped_hour_are_left_out(tmp_path: Path) -> None:
    office = night_office(tmp_path, "02:15-02:45")
    assert next_open(office, datetime(2027, 3, 27, 23, tzinfo=UTC)) == datetime(2027, 3, 29, 0, 15, tzinfo=UTC)


def test_hours_from_within_the_skipped_hour_start_after_it(tmp_path: Path) -> None:
    office = night_office(tmp_path, "02:30-04:00")
    assert next_open(office, datetime(2027, 3, 27, 23, tzinfo=UTC)) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_hours_over_the_hour_that_comes_twice_are_an_hour_longer(tmp_path: Path) -> None:
    office = night_office(tmp_path, "01:00-04:00")
    day = datetime(2027, 10, 30, 22, tzinfo=UTC)
    assert business_time(office, day, day + timedelta(hours=20)) == timedelta(hours=4)


def test_china_has_no_clock_change(china: Office) -> None:
    for day in ("2027-03-29", "2027-11-01"):
        assert next_open(china, shanghai(f"{day}T03:00")) == datetime.fromisoformat(f"{day}T01:00+00:00")


def test_golden_week_is_closed_from_the_first_to_the_seventh(china: Office) -> None:
    assert not any(is_open(china, shanghai(f"2026-10-0{day}T10:00")) for day in range(1, 8))
    assert next_open(china, shanghai("2026-09-30T17:30")) == shanghai("2026-10-08T09:00")


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_weekend_days_that_are_worked_instead_are_open(china: Office, day: str) -> None:
    assert shanghai(f"{day}T10:00").weekday() >= 5
    assert is_open(china, shanghai(f"{day}T10:00"))
    assert not is_open(china, shanghai(f"{day}T12:30"))


def test_the_days_those_weekends_are_worked_for_are_closed(china: Office) -> None:
    assert not any(is_open(china, shanghai(f"{day}T10:00")) for day in ("2026-02-20", "2026-02-23", "2026-05-05"))


def test_a_chinese_working_saturday_is_none_in_germany(ruhr: Office) -> None:
    assert not is_open(ruhr, berlin("2026-02-14T10:00"))


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-31", "2027-12-24", "2027-12-31"])
def test_christmas_eve_and_new_years_eve_are_half_days(ruhr: Office, day: str) -> None:
    assert is_open(ruhr, berlin(f"{day}T11:59"))
    assert not is_open(ruhr, berlin(f"{day}T13:30"))
    assert standing(ruhr, berlin(f"{day}T13:30")).why == "hours"


def test_half_days_on_a_weekend_stay_closed(ruhr: Office) -> None:
    assert berlin("2028-12-24T10:00").weekday() == 6
    assert not is_open(ruhr, berlin("2028-12-24T10:00"))


def test_minutes_run_over_the_turn_of_the_year(ruhr: Office) -> None:
    # Thursday 24 December: an hour left; 25 and 26 holidays, 27 Sunday; Monday goes on.
    assert add_business_minutes(ruhr, berlin("2026-12-24T11:00"), 90) == berlin("2026-12-28T09:30")


def test_minutes_that_end_with_the_day_end_then_and_not_the_next_morning(ruhr: Office) -> None:
    assert add_business_minutes(ruhr, berlin("2026-11-23T15:00"), 60) == berlin("2026-11-23T16:00")


def test_fewer_than_no_minutes_are_refused(ruhr: Office) -> None:
    with pytest.raises(ValueError, match="negative"):
        add_business_minutes(ruhr, berlin("2026-11-23T15:00"), -1)


def test_a_visitor_in_china_is_told_both_clocks(ruhr: Office, offices: Offices) -> None:
    told = standing(ruhr, berlin("2026-11-22T18:00"), offices.visitor_zones["zh"])
    assert not told.open and told.why == "weekday" and told.until is None and told.back is not None
    assert told.back.office == berlin("2026-11-23T09:00") and told.back.office.hour == 9
    assert told.back.visitor is not None and told.back.visitor.hour == 16


def test_a_visitor_in_the_offices_zone_is_told_one_clock(ruhr: Office, offices: Offices) -> None:
    told = standing(ruhr, berlin("2026-11-22T18:00"), offices.visitor_zones["de"])
    assert told.back is not None and told.back.visitor is None


def test_an_open_office_says_until_when(ruhr: Office) -> None:
    told = standing(ruhr, berlin("2026-11-23T10:00"))
    assert told.open and told.why == "open" and told.back is None
    assert told.until is not None and told.until.office == berlin("2026-11-23T12:00")


def test_hours_until_midnight_end_with_the_day(tmp_path: Path) -> None:
    office = night_office(tmp_path, "22:00-24:00")
    assert is_open(office, berlin("2026-11-23T23:59:59")) and not is_open(office, berlin("2026-11-24T00:00"))
