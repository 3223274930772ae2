"""The generated part of docs/quality.md: everything between the two markers is replaced."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.report.tables import Section

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


class NoMarkers(Exception):
    """The document has no place for the figures."""


def renewed(document: str, sections: list[Section], day: date) -> str:
    """The document with the figures of this day. Raises NoMarkers."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise NoMarkers(f"{BEGIN} ... {END}")
    parts = [f"Measured on {day.isoformat()} with `python -m tests.report --write`."]
    parts += [_markdown(section) for section in sections]
    return f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after}"


def _markdown(section: Section) -> str:
    lines = [f"### {section.title}", "", f"{section.counts[0].upper()}{section.counts[1:]}.", ""]
    lines += [_row(section.head), "|" + "---|" * len(section.head)]
    return "\n".join([*lines, *map(_row, section.rows)])


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"
