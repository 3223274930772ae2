"""One row per goal: what is asked, what was seen; as a table in the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

HEAD = ("goal", "what was done", "asked", "seen", "on", "held")


@dataclass(frozen=True)
class Row:
    """One figure; `wait` is one of seconds, which a busy machine can lengthen. `backend` is filled in by whoever ran the goal."""

    goal: str
    what: str
    asked: str
    seen: str
    held: bool
    backend: str = ""
    wait: bool = False

    def cells(self) -> tuple[str, ...]:
        return (
            self.goal,
            self.what,
            self.asked,
            self.seen,
            self.backend,
            "yes" if self.held else "late" if self.wait else "NO",
        )


def none_of(goal: str, what: str, wrong: Sequence[object], of: int, *, least: int = 1) -> Row:
    """A row for what may never happen: `wrong` are the cases in which it did, `of` how many were looked at.

    Nothing looked at proves nothing: with fewer than `least` the row does not hold.
    """
    shown = f"{len(wrong)} of {of}"
    if wrong:
        shown += ": " + "; ".join(str(one)[:70] for one in wrong[:3])
    if of < least:
        shown += f" (fewer than {least} looked at)"
    return Row(goal, what, "0", shown, not wrong and of >= least)


def at_most(goal: str, what: str, seen: float, most: float, unit: str = "s") -> Row:
    """A row for a figure with an upper bound."""
    return Row(
        goal, what, f"<= {most:g} {unit}".rstrip(), f"{seen:.3g} {unit}".rstrip(), seen <= most, wait=unit == "s"
    )


def slowest(goal: str, what: str, seconds: Sequence[float], most: float) -> Row:
    """A row for the longest of several waits."""
    if not seconds:
        return Row(goal, what, f"<= {most:g} s", "nothing measured", False)
    seen = f"{max(seconds):.1f} s (of {len(seconds)})"
    return Row(goal, what, f"<= {most:g} s", seen, max(seconds) <= most, wait=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def print_table(rows: Sequence[Row], title: str) -> None:
    table = Table(title=title, title_justify="left")
    for name in HEAD:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row.cells(), style="" if row.held else "bold red")
    Console(width=170).print(table)


def markdown(rows: Sequence[Row]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "/").replace("<", "&lt;") for cell in cells) + " |"

    return "\n".join([line(HEAD), "|" + "---|" * len(HEAD), *(line(row.cells()) for row in rows)])
