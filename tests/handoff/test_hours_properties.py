"""What holds for hours at any time and for any office: tried on generated ones, across clock changes and holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.hours import add_business_minutes, business_time, is_open, next_open
from bot.handoff.offices import Office, Period, Periods

ZONES = ["Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe"]


@st.composite
def periods(draw: st.DrawFn, least: int = 0) -> Periods:
    """Up to three periods of a day that neither overlap nor touch."""
    count = draw(st.integers(least, 3))
    marks = draw(st.lists(st.integers(0, 96), min_size=2 * count, max_size=2 * count, unique=True))
    ordered = [15 * mark for mark in sorted(marks)]
    return tuple(Period(*ordered[i : i + 2]) for i in range(0, len(ordered), 2))


@st.composite
def offices(draw: st.DrawFn) -> Office:
    """An office that opens at least once a week, with some days of its own."""
    days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
    return Office(
        id="any",
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        public_days=draw(st.sampled_from([None, "DE-NW", "CN"])),
        week=(draw(periods(least=1)), *(draw(periods()) for _ in range(6))),
        dated=draw(st.dictionaries(days, periods(), max_size=5)),
        yearly=draw(st.dictionaries(st.sampled_from([(12, 24), (12, 31), (3, 28), (10, 31)]), periods(), max_size=2)),
    )


# Half of them near the clock changes of Berlin.
instants = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
    st.sampled_from([datetime(2027, 3, 28), datetime(2027, 10, 31)]).flatmap(
        lambda day: st.datetimes(day - timedelta(days=1), day + timedelta(days=1))
    ),
).map(lambda t: t.replace(tzinfo=UTC))
minutes = st.integers(0, 3000)
EXAMPLES = settings(max_examples=120, deadline=None)


@EXAMPLES
@given(offices(), instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(office: Office, t: datetime) -> None:
    found = next_open(office, t)
    assert found is not None and found >= t and is_open(office, found)
    assert business_time(office, t, found) == timedelta()
    assert (found == t) == is_open(office, t)


@EXAMPLES
@given(offices(), instants, st.timedeltas(timedelta(), timedelta(days=9)))
def test_a_later_question_never_gets_an_earlier_opening(office: Office, t: datetime, later: timedelta) -> None:
    first, second = next_open(office, t), next_open(office, t + later)
    assert first is not None and second is not None and first <= second


@EXAMPLES
@given(offices(), instants, minutes, minutes)
def test_business_minutes_add_up(office: Office, t: datetime, a: int, b: int) -> None:
    between = add_business_minutes(office, t, a)
    assert between is not None
    assert add_business_minutes(office, between, b) == add_business_minutes(office, t, a + b)


@EXAMPLES
@given(offices(), instants, minutes)
def test_business_time_counts_the_minutes_that_were_added(office: Office, t: datetime, n: int) -> None:
    end = add_business_minutes(office, t, n)
    assert end is not None and end - t >= timedelta(minutes=n)
    assert business_time(office, t, end) == timedelta(minutes=n)


@EXAMPLES
@given(offices(), instants)
def test_an_office_is_open_when_its_clock_says_so(office: Office, t: datetime) -> None:
    local = t.astimezone(office.zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    day = local.date()
    if twice or office.public_days or day in office.dated or (day.month, day.day) in office.yearly:
        return
    minute = local.hour * 60 + local.minute
    assert is_open(office, t) == any(p.start <= minute < p.end for p in office.week[day.weekday()])
