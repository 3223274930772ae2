"""Public holidays and working days at weekends by region, from the holidays library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

# The library's codes for our languages; it has not every language for every country.
LIBRARY_LANGUAGES = {"en": "en_US", "de": "de", "zh": "zh_CN"}


@dataclass(frozen=True)
class PublicDays:
    """One year: days off, and Saturdays or Sundays that are worked instead (as in China)."""

    off: frozenset[date]
    worked_weekends: frozenset[date]


@lru_cache(maxsize=256)
def public_days(region: str, year: int) -> PublicDays:
    """The days of a year in a region (`DE-NW`, `CN`). The library object fills itself as it is asked, which threads must
    not share, so a finished copy is kept."""
    country, _, part = region.partition("-")
    # A swap at the turn of a year belongs to the year of its holiday.
    known = holidays.country_holidays(country, subdiv=part or None, years=range(year - 1, year + 2))
    worked: set[date] = getattr(known, "weekend_workdays", set())
    return PublicDays(
        frozenset(day for day in known if day.year == year),
        frozenset(day for day in worked if day.year == year),
    )


@lru_cache(maxsize=256)
def names_of(region: str, day: date) -> Mapping[str, str]:
    """What a public holiday is called, by language as far as the library knows; empty on other days."""
    country, _, part = region.partition("-")
    found = {}
    for language, code in LIBRARY_LANGUAGES.items():
        if code in holidays.country_holidays(country, subdiv=part or None).supported_languages:
            name = holidays.country_holidays(country, subdiv=part or None, years=day.year, language=code).get(day)
            if name:
                found[language] = name
    return found
