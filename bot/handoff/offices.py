"""Offices with their hours and days that differ, and their files in data/handoff, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

MINUTES_A_DAY = 24 * 60
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Lang = Literal["en", "de", "zh"]
_PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_EACH_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


class HandoffDataError(Exception):
    """Files in data/handoff that cannot be used; one line per fault in `faults`."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From one minute of the local day to another, the second not included; 0 to 1440."""

    start: int
    end: int


Periods = tuple[Period, ...]


@dataclass(frozen=True, eq=False)
class Office:
    """Where people work: seven weekdays from Monday, and the days that differ.

    `dated` wins over everything; `yearly` (month, day) only over hours that there would be.
    """

    id: str
    zone: ZoneInfo
    public_days: str | None
    week: tuple[Periods, ...]
    dated: Mapping[date, Periods]
    yearly: Mapping[tuple[int, int], Periods]


@dataclass(frozen=True)
class Offices:
    """All offices by id, and the zone in which visitors of a language are told times."""

    by_id: Mapping[str, Office]
    visitor_zones: Mapping[str, ZoneInfo]


def _periods(value: list[str]) -> list[str]:
    _read_periods(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no time zone") from error
    return value


def _region(value: str) -> str:
    country, _, part = value.partition("-")
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError as error:
        raise ValueError("is no calendar of public holidays that is known") from error
    return value


def _day(value: str) -> str:
    if not _EACH_YEAR.fullmatch(value):
        date.fromisoformat(value)
    return value


PeriodLines = Annotated[list[str], AfterValidator(_periods)]
Zone = Annotated[str, AfterValidator(_zone)]
Region = Annotated[str, AfterValidator(_region)]
# YAML reads an unquoted 2027-02-06 as a date.
Day = Annotated[str, BeforeValidator(lambda v: v.isoformat() if isinstance(v, date) else v), AfterValidator(_day)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _OfficeFile(_Model):
    id: Annotated[str, Field(min_length=1, max_length=80)]
    zone: Zone
    public_days: Region | None = None
    hours: dict[Weekday, PeriodLines]


class _OfficesFile(_Model):
    offices: Annotated[list[_OfficeFile], Field(min_length=1)]
    visitor_zones: dict[Lang, Zone] = {}


class _OverrideFile(_Model):
    day: Day
    of: str
    open: PeriodLines
    note: str = ""


class _CalendarFile(_Model):
    overrides: list[_OverrideFile] = []


def read_offices(folder: Path) -> Offices:
    """offices.yml and calendar.yml of a folder; raises HandoffDataError."""
    listed = read_model(folder / "offices.yml", _OfficesFile)
    overrides = read_model(folder / "calendar.yml", _CalendarFile).overrides
    faults = _faults(listed.offices, overrides)
    if faults:
        raise HandoffDataError(faults)
    made = {
        office.id: Office(
            id=office.id,
            zone=ZoneInfo(office.zone),
            public_days=office.public_days,
            week=tuple(_read_periods(office.hours.get(day, [])) for day in WEEKDAYS),
            dated={date.fromisoformat(day): periods for day, periods in _own(office, overrides) if len(day) > 5},
            yearly={(int(day[:2]), int(day[3:])): periods for day, periods in _own(office, overrides) if len(day) == 5},
        )
        for office in listed.offices
    }
    return Offices(made, {language: ZoneInfo(zone) for language, zone in listed.visitor_zones.items()})


def read_model[M: BaseModel](path: Path, model: type[M]) -> M:
    """One YAML file as a checked model; raises HandoffDataError with one line per fault."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise HandoffDataError([f"{path.name}: cannot be read: {' '.join(str(error).split())}"]) from None
    except ValidationError as error:
        lines = [f"{path.name}: {'.'.join(map(str, e['loc'])) or 'content'}: {e['msg']}" for e in error.errors()]
        raise HandoffDataError(lines) from None


def _own(office: _OfficeFile, overrides: Sequence[_OverrideFile]) -> list[tuple[str, Periods]]:
    """Day and periods of what concerns an office; its own last, so that it wins in a mapping."""
    names = (office.public_days, office.id)
    mine = sorted((o for o in overrides if o.of in names), key=lambda o: o.of == office.id)
    return [(o.day, _read_periods(o.open)) for o in mine]


def _faults(offices: Sequence[_OfficeFile], overrides: Sequence[_OverrideFile]) -> list[str]:
    ids = [office.id for office in offices]
    known = {*ids, *(office.public_days for office in offices)}
    given = [(o.day, o.of) for o in overrides]
    return [
        *(f"offices.yml: {i}: is there twice" for i in sorted({i for i in ids if ids.count(i) > 1})),
        *(f"offices.yml: {o.id}: has no hours" for o in offices if not any(o.hours.values())),
        *(f"calendar.yml: {o.day}: {o.of} is neither an office nor a calendar of one" for o in overrides
          if o.of not in known),
        *(f"calendar.yml: {day}: {of} is there twice" for day, of in sorted({g for g in given if given.count(g) > 1})),
    ]  # fmt: skip


def _read_periods(lines: Sequence[str]) -> Periods:
    """Periods in order; ones that touch become one. Raises ValueError."""
    found: list[Period] = []
    for line in lines:
        match = _PERIOD.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"{line!r} is not like 09:00-12:00")
        hour, minute, to_hour, to_minute = map(int, match.groups())
        period = Period(hour * 60 + minute, to_hour * 60 + to_minute)
        if period.end > MINUTES_A_DAY or period.end <= period.start:
            raise ValueError(f"{line!r} does not end after its start on the same day")
        found.append(period)
    merged: list[Period] = []
    for period in sorted(found):
        if merged and period.start < merged[-1].end:
            raise ValueError("periods of one day overlap")
        if merged and period.start == merged[-1].end:
            merged[-1] = Period(merged[-1].start, period.end)
        else:
            merged.append(period)
    return tuple(merged)
