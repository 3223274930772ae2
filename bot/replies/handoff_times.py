"""When people are there, in words: by the office's clock and, where it differs, by the visitor's."""

from __future__ import annotations

from datetime import datetime

from bot.handoff.hours import Moment, Standing
from bot.replies.dates import MONTHS, WEEKDAYS
from bot.replies.handoff_words import word

CLOCKS = {
    "Europe/Berlin": {"en": "Berlin time", "de": "Berliner Zeit", "zh": "柏林时间"},
    "Asia/Shanghai": {"en": "Beijing time", "de": "Pekinger Zeit", "zh": "北京时间"},
}
_SHAPES = {
    "en": "{weekday} {day} {month}, {time} {clock}",
    "de": "{weekday}, {day}. {month}, {time} Uhr {clock}",
    "zh": "{month}月{day}日（{weekday}）{clock}{time}",
}
_CLOCK_ONLY = {"en": "{time} {clock}", "de": "{time} Uhr {clock}", "zh": "{clock}{time}"}
_BETWEEN = {"en": " / ", "de": " / ", "zh": " / "}


def moment_text(moment: Moment, language: str, *, dated: bool = True) -> str:
    """ "Monday 23 November, 09:00 Berlin time / 16:00 Beijing time"; the second date only where it is another."""
    first = _clock(moment.office, language, dated=dated)
    if moment.visitor is None:
        return first
    other_day = moment.visitor.date() != moment.office.date()
    return first + _BETWEEN[language] + _clock(moment.visitor, language, dated=other_day)


def closed_text(standing: Standing, language: str) -> str:
    """The sentence that nobody is there and when somebody is; empty while the office is open."""
    if standing.open:
        return ""
    if standing.back is None:
        return word("closed_unknown", language)
    return word("closed", language, back=moment_text(standing.back, language))


def _clock(at: datetime, language: str, *, dated: bool) -> str:
    zone = str(at.tzinfo)
    clock = CLOCKS.get(zone, {}).get(language) or f"({zone})"
    month = str(at.month) if language == "zh" else MONTHS[language][at.month - 1]
    shape = _SHAPES[language] if dated else _CLOCK_ONLY[language]
    return shape.format(
        weekday=WEEKDAYS[language][at.weekday()], day=at.day, month=month, time=f"{at:%H:%M}", clock=clock
    )
