"""Dates of the database (YYYY, YYYY-MM, YYYY-MM-DD) as the three languages write them."""

from __future__ import annotations

from datetime import UTC, datetime

OLD_AFTER_YEARS = 3  # what was said longer ago is told with its date
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    "zh": ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
}


def is_old(date: str) -> bool:
    """Whether a date lies more than OLD_AFTER_YEARS back, counted in whole calendar years."""
    return int(date[:4]) < datetime.now(UTC).year - OLD_AFTER_YEARS


def date_text(date: str, language: str) -> str:
    """ "22 May 2019", "22. Mai 2019", "2019年5月22日"; shorter when month or day are unknown."""
    parts = [int(part) for part in date.split("-")]
    if language == "zh":
        return "".join(f"{value}{unit}" for value, unit in zip(parts, "年月日", strict=False))
    year = str(parts[0])
    if len(parts) == 1:
        return year
    month = MONTHS[language][parts[1] - 1]
    if len(parts) == 2:
        return f"{month} {year}"
    return f"{parts[2]} {month} {year}" if language == "en" else f"{parts[2]}. {month} {year}"
