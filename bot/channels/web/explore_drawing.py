"""Where the lines and boxes of `/explore` go: plain geometry, in the units of the drawings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.channels.web.explore_data import SIDES, Picture
from bot.partners.records import CENTRE, Record

AXIS, EDGE, ROW = 150, 34, 26
ENDS_OF_YEAR = 12
_BREAKS = re.compile(r"(?<=[ -])(?=.)")  # a line may end after a space or a hyphen
_BRACKETED = re.compile(r"\s*[(（][^()（）]*[)）]$")


@dataclass(frozen=True)
class Frame:
    """How much room a drawing has: `letters` are Latin ones in a line of a box, a Chinese character counts twice.

    With `roof` the Centre stands above both columns, else between them.
    """

    width: int = 960
    box: int = 300
    box_height: int = 44
    gap: int = 10
    heading: int = 34
    letters: int = 34
    centre: int = 244
    centre_letters: int = 22
    roof: int = 0
    bend: int = 40

    @property
    def columns(self) -> tuple[int, int]:
        """Where the boxes of both sides begin."""
        return 0, self.width - self.box


PAGE = Frame()
WIDTH, BOX_HEIGHT = PAGE.width, PAGE.box_height


@dataclass(frozen=True)
class Dot:
    """One event on the axis: `level` rows above it, so that near ones do not lie on each other."""

    record: Record
    x: float
    level: int

    @property
    def y(self) -> float:
        return AXIS - 30 - ROW * self.level


@dataclass(frozen=True)
class Box:
    """One organisation or place; `lines` is its name in one or two lines."""

    record: Record
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Heading:
    """A town above its boxes."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Network:
    """The whole drawing."""

    boxes: tuple[Box, ...]
    headings: tuple[Heading, ...]
    curves: tuple[tuple[str, str], ...]  # path, kind of the tie
    height: float


def place_dots(links: Sequence[Record]) -> tuple[tuple[Dot, ...], tuple[tuple[int, float], ...]]:
    """Events along an axis of time, and the years with where they begin."""
    if not links:
        return (), ()
    first, last = int((links[0].date or "0")[:4]), int((links[-1].date or "0")[:4]) + 1
    unit = (WIDTH - 2 * EDGE) / (last - first)
    ends: list[float] = []
    dots = []
    for link in links:
        x = EDGE + (_years(link.date or "") - first) * unit
        level = next((row for row, end in enumerate(ends) if end < x), len(ends))
        ends[level : level + 1] = [x + ROW]
        dots.append(Dot(link, round(x, 1), level))
    return tuple(dots), tuple((year, round(EDGE + (year - first) * unit, 1)) for year in range(first, last + 1))


def _years(date: str) -> float:
    """A date as a number of years; what is not known is taken from the middle."""
    parts = [int(part) for part in date.split("-")]
    month = parts[1] - 1 if len(parts) > 1 else ENDS_OF_YEAR / 2
    day = parts[2] / 31 if len(parts) > 2 else 0.5
    return parts[0] + (month + (day if len(parts) > 1 else 0)) / ENDS_OF_YEAR


def place_network(picture: Picture, language: str, town_of: Callable[[Record], str], frame: Frame = PAGE) -> Network:
    """German side left, Chinese side right, by town; the Centre between or above them."""
    headings: list[Heading] = []
    boxes: list[Box] = []
    bottoms = []
    for side, x in zip(SIDES, frame.columns, strict=True):
        y = float(frame.roof)
        nodes = [node for node in picture.nodes if node.country == side and node.id != CENTRE]
        for town in dict.fromkeys(town_of(node) for node in nodes):
            headings.append(Heading(town, x, y + frame.heading - 10))
            y += frame.heading
            for node in (node for node in nodes if town_of(node) == town):
                lines = _name(picture, node, language, frame.letters)
                boxes.append(Box(node, x, y, frame.box, frame.box_height, lines))
                y += frame.box_height + frame.gap
        bottoms.append(y)
    height = max(bottoms)
    if centre := picture.records.get(CENTRE):
        y = 0 if frame.roof else height / 3 - frame.box_height / 2
        lines = in_lines(centre.name(language), frame.centre_letters)
        boxes.append(Box(centre, (frame.width - frame.centre) / 2, y, frame.centre, frame.box_height, lines))
    at = {box.record.id: box for box in boxes}
    curves = tuple((_curve(at[tie.from_id], at[tie.to_id], frame), tie.kind) for tie in picture.ties)
    return Network(tuple(boxes), tuple(headings), curves, height)


def _name(picture: Picture, record: Record, language: str, letters: int) -> tuple[str, ...]:
    """The official name in one line, or without its abbreviation, or in two lines, or the first other one that fits."""
    name = record.name(language)
    short = _BRACKETED.sub("", name)
    others = (name, *picture.aliases.get((record.id, language), ()))
    candidates = [name] if _width(name) <= letters else [short, *others]
    return in_lines(next((other for other in candidates if _fits(other, letters)), name), letters)


def _fits(name: str, letters: int) -> bool:
    lines = in_lines(name, letters)
    return "…" not in lines[-1] and all(_width(line) <= letters for line in lines)


def _curve(one: Box, other: Box, frame: Frame) -> str:
    """From the side of one box to the side of the other that faces it; within a column around its inner edge."""
    if one.x > other.x:
        one, other = other, one
    left = frame.columns[0]
    if frame.roof and CENTRE in (one.record.id, other.record.id):
        end = other if one.record.id == CENTRE else one
        down, edge = frame.width / 2, end.x + end.width if end.x == left else end.x
        return f"M{down} {frame.box_height}V{end.middle - 12}Q{down} {end.middle} {edge} {end.middle}"
    start = one.x + one.width
    if one.x == other.x:
        inner = start if one.x == left else one.x
        bend = inner + (frame.bend if one.x == left else -frame.bend)
        return f"M{inner} {one.middle}C{bend} {one.middle} {bend} {other.middle} {inner} {other.middle}"
    half = (start + other.x) / 2
    return f"M{start} {one.middle}C{half} {one.middle} {half} {other.middle} {other.x} {other.middle}"


def in_lines(name: str, most: int = PAGE.letters) -> tuple[str, ...]:
    """A name in at most two lines; what is longer ends with an ellipsis."""
    if _width(name) <= most:
        return (name,)
    pieces = _BREAKS.split(name) if _BREAKS.search(name) else list(name)
    first, rest = pieces[0], pieces[1:]
    while rest and _width((first + rest[0]).rstrip()) <= most:
        first, rest = first + rest[0], rest[1:]
    first, second = first.rstrip(), "".join(rest)
    while _width(second) > most:
        second = second.rstrip("…")[:-1] + "…"
    return (first, second) if second else (first,)


def _width(text: str) -> int:
    return sum(2 if character >= "\u2e80" else 1 for character in text)
