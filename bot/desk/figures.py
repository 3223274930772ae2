"""What the desk achieved: times, ratings and the share the assistant answered alone, by week, desk and language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.desk.talks import talks_since
from bot.handoff.conversations import Db
from bot.handoff.hours import business_time
from bot.handoff.reading import utc
from bot.handoff.routing import HandoffData
from bot.handoff.tables import handoff_case, handoff_rating

SPANS = (4, 12, 26, 52)  # weeks
_case = handoff_case.c


@dataclass(frozen=True)
class Group:
    """One line of figures. Times are medians in business minutes of the desk's office, None when there are none.

    `talks` are conversations in which a visitor asked something, `alone` those of them that never became a case;
    `best`, `fair` and `poor` count ratings.
    """

    key: str
    cases: int = 0
    to_claim: timedelta | None = None
    to_answer: timedelta | None = None
    talks: int = 0
    alone: int = 0
    best: int = 0
    fair: int = 0
    poor: int = 0

    @property
    def share(self) -> float | None:
        """How many of the conversations the assistant answered alone, 0 to 1."""
        return self.alone / self.talks if self.talks else None


@dataclass(frozen=True)
class Figures:
    """The same cases and conversations, cut in three ways; weeks are named by their Monday."""

    total: Group
    weeks: tuple[Group, ...]
    desks: tuple[Group, ...]
    languages: tuple[Group, ...]


@dataclass(frozen=True)
class _Case:
    week: str
    desk: str
    language: str
    to_claim: timedelta | None
    to_answer: timedelta | None
    rating: int | None


@dataclass(frozen=True)
class _Talks:
    week: str
    language: str
    count: int
    alone: int


def figures(db: Db, data: HandoffData, zone: ZoneInfo, weeks: int, now: datetime) -> Figures:
    """The figures of the last weeks, the current one included, by the calendar of a zone."""
    monday = _monday(now.astimezone(zone).date()) - timedelta(weeks=weeks - 1)
    since = datetime.combine(monday, time(), zone).astimezone(UTC)
    cases = list(_cases(db, data, zone, since))
    talks = [_Talks(str(_monday(one.day)), one.language, one.count, one.alone) for one in talks_since(db, since, zone)]
    names = [str(monday + timedelta(weeks=number)) for number in range(weeks)]
    return Figures(
        _group("", cases, talks),
        tuple(_group(week, _where(cases, "week", week), _where(talks, "week", week)) for week in names),
        tuple(_group(desk, _where(cases, "desk", desk), []) for desk in _keys(case.desk for case in cases)),
        tuple(
            _group(language, _where(cases, "language", language), _where(talks, "language", language))
            for language in _keys([*(case.language for case in cases), *(talk.language for talk in talks)])
        ),
    )


def _cases(db: Db, data: HandoffData, zone: ZoneInfo, since: datetime) -> Iterable[_Case]:
    rated = handoff_case.outerjoin(handoff_rating, handoff_rating.c.case_id == _case.id)
    columns = (_case.desk, _case.language, _case.opened_at, _case.claimed_at, _case.first_answer_at)
    for row in db.execute(select(*columns, handoff_rating.c.rating).select_from(rated).where(_case.opened_at >= since)):
        office, opened = data.office_of(row.desk), utc(row.opened_at)

        def after(at: datetime | None, office: Any = office, opened: datetime = opened) -> timedelta | None:
            return business_time(office, opened, utc(at)) if at else None

        week = _week(opened, zone)
        yield _Case(week, row.desk, row.language, after(row.claimed_at), after(row.first_answer_at), row.rating)


def _group(key: str, cases: Sequence[_Case], talks: Sequence[_Talks]) -> Group:
    ratings: defaultdict[int | None, int] = defaultdict(int)
    for case in cases:
        ratings[case.rating] += 1
    group = Group(
        key, len(cases), _median(case.to_claim for case in cases), _median(case.to_answer for case in cases),
        best=ratings[1], fair=ratings[2], poor=ratings[3],
    )  # fmt: skip
    return replace(group, talks=sum(talk.count for talk in talks), alone=sum(talk.alone for talk in talks))


def _median(times: Iterable[timedelta | None]) -> timedelta | None:
    seconds = [one.total_seconds() for one in times if one is not None]
    return timedelta(seconds=median(seconds)) if seconds else None


def _where[T](items: Sequence[T], name: str, value: str) -> list[T]:
    return [item for item in items if getattr(item, name) == value]


def _keys(keys: Iterable[str]) -> list[str]:
    return sorted(set(keys))


def _week(at: datetime, zone: ZoneInfo) -> str:
    return str(_monday(at.astimezone(zone).date()))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
