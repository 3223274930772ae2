"""When an office is open, when again, and what time is so many business minutes on; all across clock changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from bot.handoff.offices import MINUTES_A_DAY, Office, Periods
from bot.handoff.public_days import names_of, public_days

HOME = ZoneInfo("Europe/Berlin")  # the Centre's own clock
LOOK_AHEAD_DAYS = 400  # an office closed for longer is taken as closed for good

Why = Literal["open", "override", "holiday", "weekday", "hours"]


@dataclass(frozen=True)
class Moment:
    """One instant in UTC, by the office's clock, and by the visitor's where that is another zone."""

    at: datetime
    office: datetime
    visitor: datetime | None


@dataclass(frozen=True)
class Standing:
    """Whether an office is open, why not, until when, and when it opens next (None when that cannot be known).

    `why` is open, override (a day entered by hand), holiday, weekday (never open on it) or hours (before, between,
    after). `holiday` names the day off, by language as far as known.
    """

    open: bool
    why: Why
    until: Moment | None
    back: Moment | None
    holiday: Mapping[str, str] = field(default_factory=dict)


def is_open(office: Office, t: datetime) -> bool:
    """Whether somebody is there; `t` has a zone."""
    local = _aware(t).astimezone(office.zone)
    return any(start <= t < end for start, end in _openings(office, local.date()))


def next_open(office: Office, t: datetime) -> datetime | None:
    """The first instant (UTC) at or after `t` at which the office is open; None: not within LOOK_AHEAD_DAYS."""
    for start, _ in _openings_from(office, t):
        return max(start, t.astimezone(UTC))
    return None


def add_business_minutes(office: Office, t: datetime, minutes: int) -> datetime | None:
    """The instant (UTC) when that many open minutes have passed since `t`; None: the office closes for good before.

    Minutes that end with a period give its end, not the next opening. Raises ValueError for less than none.
    """
    if minutes < 0:
        raise ValueError("minutes must not be negative")
    left, now = timedelta(minutes=minutes), _aware(t).astimezone(UTC)
    if not left:
        return now
    for start, end in _openings_from(office, t):
        begin = max(start, now)
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return None


def business_time(office: Office, since: datetime, until: datetime) -> timedelta:
    """How long the office was open between two instants; nothing when they are in the wrong order."""
    total, first, last = timedelta(), _aware(since).astimezone(UTC), _aware(until).astimezone(UTC)
    for start, end in _openings_from(office, first):
        if start >= last:
            break
        total += min(end, last) - max(start, first)
    return total


def standing(office: Office, t: datetime, visitor_zone: ZoneInfo | None = None) -> Standing:
    """What to tell a visitor at `t` about an office; words are made elsewhere."""
    if is_open(office, t):
        end = next(end for _, end in _openings_from(office, t))
        return Standing(True, "open", _moment(office, end, visitor_zone), None)
    back = next_open(office, t)
    day = t.astimezone(office.zone).date()
    periods, why = _periods(office, day)
    return Standing(
        False,
        "hours" if periods else why,
        None,
        _moment(office, back, visitor_zone) if back else None,
        names_of(office.public_days, day) if why == "holiday" and office.public_days else {},
    )


def _moment(office: Office, at: datetime, visitor_zone: ZoneInfo | None) -> Moment:
    local = at.astimezone(office.zone)
    theirs = at.astimezone(visitor_zone) if visitor_zone else None
    differs = theirs is not None and theirs.utcoffset() != local.utcoffset()
    return Moment(at, local, theirs if differs else None)


def _openings_from(office: Office, t: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Start and end (UTC) of all openings that end after `t`, in order; stops where none follows for long."""
    day = _aware(t).astimezone(office.zone).date()
    closed = 0
    while closed < LOOK_AHEAD_DAYS and day < date.max - timedelta(days=2):
        openings = _openings(office, day)
        closed = 0 if openings else closed + 1
        yield from ((start, end) for start, end in openings if end > t)
        day += timedelta(days=1)


@lru_cache(maxsize=8192)
def _openings(office: Office, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """Start and end of a local day's openings in UTC; what falls wholly into a skipped hour is left out."""
    periods, _ = _periods(office, day)
    spans = (
        (_instant(office.zone, day, p.start, last=False), _instant(office.zone, day, p.end, last=True)) for p in periods
    )
    return tuple((start, end) for start, end in spans if start < end)


def _periods(office: Office, day: date) -> tuple[Periods, Why]:
    """Periods of a local day, and why they are what they are."""
    if day in office.dated:
        return office.dated[day], "override"
    weekday = day.weekday()
    if office.public_days:
        public = public_days(office.public_days, day.year)
        if day in public.off:
            return (), "holiday"
        if day in public.worked_weekends:
            weekday = 0  # nobody says which weekday is made up for; offices keep the hours of a plain one
    periods = office.week[weekday]
    if periods and (day.month, day.day) in office.yearly:
        return office.yearly[day.month, day.day], "override"
    return periods, "weekday"


def _instant(zone: ZoneInfo, day: date, minute: int, *, last: bool) -> datetime:
    """The instant (UTC) at which a local clock shows that minute: of two the first, or the last; in a skipped hour the
    instant at which it is skipped."""
    midnight = datetime.combine(day, time())
    wall = midnight + timedelta(minutes=minute) if minute < MINUTES_A_DAY else midnight + timedelta(days=1)
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return late if last else early
    # Skipped: the clock jumps somewhere between the two readings (here in the order late, early).
    before, after = late, early
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _aware(t: datetime) -> datetime:
    if t.tzinfo is None:
        raise ValueError("a time without a zone")
    return t
