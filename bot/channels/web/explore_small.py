"""The pictures of `/explore` as the chat shows them: narrow, and as trees of plain shapes, so that it reads no markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.channels.web.explore_data import Picture
from bot.channels.web.explore_drawing import Box, Frame, place_network
from bot.partners.records import Record
from bot.replies.dates import date_text
from bot.replies.explore_card import NETWORK, TIMELINE
from bot.replies.web_page_explore import EXPLORE, link_kind

type Tree = list[Any]  # [tag, {attribute: value}, child, ...]; a child is a tree or text

NARROW = Frame(
    width=302, box=136, box_height=36, gap=6, heading=27, letters=20, centre=228, centre_letters=32, roof=44, bend=14
)
TIMELINE_WIDTH, EVENT, YEAR = 288, 23, 9
KEY = 21  # height of a line of the legend
ACCENT, EDGE, INK, SOFT = "var(--accent)", "var(--edge)", "var(--ink)", "var(--soft)"
GOLD, ROSE = "light-dark(#9a6a00,#e3b75c)", "light-dark(#a3123a,#ff9fb4)"
GREEN, BLUE = "light-dark(#2f6f3a,#93d3a0)", "light-dark(#2a5db0,#9fc0ff)"
DOTS = {"visit": GOLD, "twin_city": ROSE, "friendship": ROSE, "aid": GREEN}
LINES = {
    "carrier": (ACCENT, ""),
    "partner": (GOLD, ""),
    "twin_city": (ROSE, "7 4"),
    "partner_region": (ROSE, "7 4"),
    "university_cooperation": (BLUE, "2 4"),
    "cooperation_agreement": (GREEN, "9 3 2 3"),
}


def small_picture(
    name: str, picture: Picture, language: str, town_of: Callable[[Record], str]
) -> dict[str, Any] | None:
    """Drawing, the words of the link below it, and where that leads; None when there is no such picture or it is empty."""
    drawing = None
    if name == TIMELINE and picture.timeline:
        drawing = _timeline(picture, language)
    if name == NETWORK and picture.nodes:
        drawing = _network(picture, language, town_of)
    if drawing is None:
        return None
    title = EXPLORE[language]["in_full"].format(title=EXPLORE[language][name])
    return {"title": title, "page": f"explore?lang={language}#{name}", "drawing": drawing}


def _timeline(picture: Picture, language: str) -> Tree:
    """One event below the other, years a little apart."""
    shapes: list[Tree] = []
    told: list[str] = []
    y, before = 0, ""
    for link in picture.timeline:
        date = link.date or ""
        y += EVENT + (YEAR if before and date[:4] != before else 0) if before else EVENT // 2
        before = date[:4]
        told.append(f"{date_text(date, language)} – {link_kind(link.kind, language)}")
        shapes.append(["circle", {"cx": 8, "cy": y, "r": 6, "fill": DOTS.get(link.kind, ACCENT)}])
        shapes.append(["text", {"x": 24, "y": y, "dy": ".35em"}, told[-1]])
    first, last = (picture.timeline[end].date or "" for end in (0, -1))
    words = EXPLORE[language]["timeline_picture"].format(count=len(told), first=first[:4], last=last[:4])
    axis: Tree = ["path", {"d": f"M8 0V{y + EVENT // 2}", "stroke": EDGE, "stroke-width": 2}]
    return _drawing(TIMELINE, TIMELINE_WIDTH, y + EVENT // 2, 13, [words, *told], [axis, *shapes])


def _network(picture: Picture, language: str, town_of: Callable[[Record], str]) -> Tree:
    """The map with the Centre on top, and what its lines mean below."""
    network = place_network(picture, language, town_of, NARROW)
    shapes = [_line(path, kind) for path, kind in network.curves]
    for heading in network.headings:
        at = {"x": heading.x, "y": heading.y, "font-weight": 600, "fill": "var(--muted)"}
        shapes.append(["text", at, heading.text])
    for box in network.boxes:
        shapes += _box(box)
    y = network.height + KEY
    for kind in dict.fromkeys(kind for _, kind in network.curves):
        shapes.append(_line(f"M0 {y}h28", kind))
        shapes.append(["text", {"x": 38, "y": y, "dy": ".35em"}, link_kind(kind, language)])
        y += KEY
    words = EXPLORE[language]["network_picture"].format(count=len(network.boxes), ties=len(network.curves))
    names = {node.id: node.name(language) for node in picture.nodes}
    told = [f"{names[tie.from_id]} – {names[tie.to_id]}: {link_kind(tie.kind, language)}" for tie in picture.ties]
    return _drawing(NETWORK, NARROW.width, y - KEY // 2, 11.5, [words, *told], shapes)


def _line(path: str, kind: str) -> Tree:
    colour, dashes = LINES.get(kind, (EDGE, ""))
    drawn = {"d": path, "fill": "none", "stroke": colour, "stroke-width": 2}
    return ["path", drawn | {"stroke-dasharray": dashes} if dashes else drawn]


def _box(box: Box) -> list[Tree]:
    centre = box.record.part == "centre"
    shape = {"x": box.x + 1, "y": box.y + 1, "width": box.width - 2, "height": box.height - 2, "rx": 6}
    colours = {"fill": ACCENT if centre else SOFT, "stroke": EDGE}
    steps = (".35em",) if len(box.lines) == 1 else ("-.25em", "1.2em")
    lines = [["tspan", {"x": box.x + 5, "dy": dy}, line] for line, dy in zip(box.lines, steps, strict=True)]
    words = {"y": box.middle, "fill": "var(--on-accent)"} if centre else {"y": box.middle}
    return [["rect", shape | colours], ["text", words, *lines]]


def _drawing(name: str, width: int, height: float, size: float, told: list[str], shapes: list[Tree]) -> Tree:
    """An image for those who hear it: what it is, then what it shows, line by line."""
    attributes = {
        "class": name, "role": "img", "viewBox": f"0 0 {width} {height:g}", "width": width,
        "font-size": size, "fill": INK,
    }  # fmt: skip
    return ["svg", attributes, ["title", {}, told[0]], ["desc", {}, "\n".join(told[1:])], *shapes]
