"""Bars for the page of figures: where each stands in a drawing 720 by 200 units large; the template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 12, 26  # room for the scale and the names


@dataclass(frozen=True)
class Bar:
    """One bar with its name below and its value in words; without a value there is no bar but a name.

    A `minor` name is left out where there is little room.
    """

    x: float
    y: float
    width: float
    height: float
    middle: float
    name: str
    value: str
    minor: bool


@dataclass(frozen=True)
class Mark:
    """One line of the scale."""

    y: float
    name: str


@dataclass(frozen=True)
class Plot:
    """A drawing; `empty` when no bar has a value."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    empty: bool


def plot(
    values: Sequence[float | None],
    names: Sequence[str],
    words: Sequence[str],
    *,
    unit: str = "",
    most: float | None = None,
) -> Plot:
    """Bars from zero. `words` say each value; `most` fixes the top of the scale, else it is a round number above all."""
    known = [value for value in values if value is not None]
    top = most or round_up(max(known, default=0))
    room = WIDTH - LEFT - RIGHT
    step = room / max(len(values), 1)
    every = -(-len(values) // 13)  # names that would run into each other are left out
    bars = []
    for place, (value, name, word) in enumerate(zip(values, names, words, strict=True)):
        height = (HEIGHT - TOP - BOTTOM) * min(value or 0, top) / top
        back = len(values) - 1 - place
        shown = name if back % every == 0 else ""
        x = LEFT + place * step + step * 0.15
        y = HEIGHT - BOTTOM - height
        bars.append(
            Bar(_r(x), _r(y), _r(step * 0.7), _r(height), _r(x + step * 0.35), shown, word, back % (4 * every) > 0)
        )
    scale = tuple(
        Mark(_r(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part / 2), f"{top * part / 2:g}{unit}") for part in range(3)
    )
    return Plot(tuple(bars), scale, not known)


def round_up(value: float) -> float:
    """The next of 2, 4, 10, 20, 40, 100 ... above a value: its half is whole too."""
    top = 2.0
    while top < value:
        top = {"2": 2.0, "4": 2.5, "1": 2.0}[str(top)[0]] * top
    return top


def _r(number: float) -> float:
    return round(number, 1)
