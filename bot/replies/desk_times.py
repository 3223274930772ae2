"""Times and durations as the desk shows them, and when people are back as canned texts say it to visitors."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.replies.dates import MONTHS, WEEKDAYS

_DAY = {"en": "{day} {month}", "de": "{day}. {month}"}
_UNTIL = {"en": "today until {time} (Herne)", "de": "heute bis {time} Uhr", "zh": "今天{time}之前（黑尔讷时间）"}
_FROM = {
    "en": "from {weekday}, {day} {month}, {time} (Herne)",
    "de": "ab {weekday}, {day}. {month}, {time} Uhr",
    "zh": "从{month}月{day}日（{weekday}）{time}起（黑尔讷时间）",
}
NOBODY = {"en": "as soon as the office is open again", "de": "sobald wieder geöffnet ist", "zh": "待办公室恢复办公后"}
HOURS = {"en": "{hours} h {minutes} min", "de": "{hours} Std. {minutes} Min."}
MINUTES = {"en": "{minutes} min", "de": "{minutes} Min."}


def moment(at: datetime, now: datetime, language: str) -> str:
    """ "10:05" today, "23 November, 10:05" this year, with the year otherwise; `at` and `now` by one clock."""
    time = f"{at:%H:%M}"
    if at.date() == now.date():
        return time
    day = _DAY[language].format(day=at.day, month=MONTHS[language][at.month - 1])
    return f"{day}, {time}" if at.year == now.year else f"{day} {at.year}, {time}"


def duration(length: timedelta, language: str) -> str:
    """ "5 min", "1 h 20 min"; whole minutes, rounded down."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    pattern = HOURS if hours else MINUTES
    return pattern[language].format(hours=hours, minutes=minutes)


def there_until(end: datetime, language: str) -> str:
    """People are there until `end` by the office's clock."""
    return _UNTIL[language].format(time=f"{end:%H:%M}")


def there_from(start: datetime | None, language: str) -> str:
    """People are there again from `start` by the office's clock; None: nobody knows when."""
    if start is None:
        return NOBODY[language]
    month = str(start.month) if language == "zh" else MONTHS[language][start.month - 1]
    weekday = WEEKDAYS[language][start.weekday()]
    return _FROM[language].format(weekday=weekday, day=start.day, month=month, time=f"{start:%H:%M}")
