"""The pictures for the chat without a browser: all that the page shows, in a narrow frame, with words for those who hear it."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import httpx
import pytest

from bot.channels.web.explore import _town
from bot.channels.web.explore_data import Picture, read_picture
from bot.channels.web.explore_drawing import PAGE, place_network
from bot.channels.web.explore_small import NARROW, TIMELINE_WIDTH, small_picture
from bot.gateway.app import create_app
from bot.partners.answers import respond
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Filters, Turn
from bot.replies.compose import compose
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_explore import EXPLORE
from bot.settings import Settings
from bot.store import Store
from tests.gateway.fake_core import RunningServer

SHAPES = {"svg", "title", "desc", "path", "circle", "rect", "text", "tspan"}


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[Store]:
    store = Store(settings.database)
    yield store
    store.close()


@pytest.fixture(scope="module")
def picture(settings: Settings, store: Store) -> Picture:
    return store.read(lambda db: read_picture(db, settings.knowledge_dir, None))


def drawn(name: str, picture: Picture, language: str) -> dict[str, Any]:
    found = small_picture(name, picture, language, partial(_town, picture, language=language))
    assert found
    return found


def parts(tree: list[Any]) -> Iterator[list[Any]]:
    yield tree
    for child in tree[2:]:
        if isinstance(child, list):
            yield from parts(child)


def shown(tree: list[Any], tag: str) -> list[str]:
    return ["".join(str(child) for child in part[2:]) for part in parts(tree) if part[0] == tag]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["timeline", "network"])
def test_it_is_an_image_of_plain_shapes_with_words_and_a_way_to_the_page(
    picture: Picture, name: str, language: str
) -> None:
    found = drawn(name, picture, language)
    assert EXPLORE[language][name] in found["title"]
    assert found["page"] == f"explore?lang={language}#{name}"
    tree = found["drawing"]
    assert {part[0] for part in parts(tree)} <= SHAPES
    assert not [key for part in parts(tree) for key in part[1] if key.startswith(("on", "style", "href"))]
    assert tree[1]["role"] == "img"
    (title,), (told,) = shown(tree, "title"), shown(tree, "desc")
    assert title and "{" not in title + told and "None" not in told
    assert len(told.split("\n")) == len(picture.timeline if name == "timeline" else picture.ties)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_timeline_has_each_event_with_its_date_and_kind_inside_its_width(picture: Picture, language: str) -> None:
    tree = drawn("timeline", picture, language)["drawing"]
    assert shown(tree, "text") == shown(tree, "desc")[0].split("\n")
    assert len(shown(tree, "circle")) == len(picture.timeline)
    heights = [part[1]["cy"] for part in parts(tree) if part[0] == "circle"]
    assert all(after - before >= 20 for before, after in pairwise(heights))
    for text in shown(tree, "text"):  # half of the size of the letters is a wide mean of Latin ones
        assert 24 + sum(13 if sign > "\u2e80" else 6.3 for sign in text) <= TIMELINE_WIDTH, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_has_every_organisation_by_a_name_that_fits(picture: Picture, language: str) -> None:
    tree = drawn("network", picture, language)["drawing"]
    assert len(shown(tree, "rect")) == len(picture.nodes)
    network = place_network(picture, language, partial(_town, picture, language=language), NARROW)
    for box in network.boxes:
        assert 0 <= box.x <= box.x + box.width <= NARROW.width and box.y + box.height <= network.height
        for other in network.boxes:
            apart = box.x + box.width <= other.x or other.x + other.width <= box.x
            apart |= box.y + box.height <= other.y or other.y + other.height <= box.y
            assert apart or box is other
    cut = [box.record.id for box in network.boxes if "…" in box.lines[-1]]
    assert len(cut) <= 2, cut
    wide = place_network(picture, language, partial(_town, picture, language=language), PAGE)
    assert len(wide.curves) == len(network.curves)


def test_without_anything_to_show_there_is_no_picture(picture: Picture) -> None:
    nothing = Picture(-1, {}, {}, (), (), (), {}, picture.vocabulary)
    for name in ("timeline", "network"):
        assert small_picture(name, nothing, "en", lambda record: "") is None
    assert small_picture("weather", picture, "en", lambda record: "") is None


def test_the_gateway_gives_both_in_the_language_asked_for_and_no_other(settings: Settings) -> None:
    server = RunningServer(create_app(settings))
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
        for name in ("timeline", "network"):
            answer = http.get(f"/api/pictures/{name}", params={"lang": "zh"})
            assert (answer.status_code, answer.headers["content-language"]) == (200, "zh")
            assert answer.json()["title"] == EXPLORE["zh"]["in_full"].format(title=EXPLORE["zh"][name])
        missing = http.get("/api/pictures/weather")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    server.stop()


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_partners_come_with_the_map_and_the_history_of_the_towns_with_the_timeline(
    snapshot: Snapshot, language: str
) -> None:
    partners = compose(respond(Turn("", language, "list_partners"), snapshot), snapshot, language)
    assert partners.card == {"title": snapshot.records["china-competence-centre"].name(language), "rows": [], "picture": "network"}  # fmt: skip
    between = [record for record in snapshot.records.values() if record.id in ("luzhou-delegation-2023-04", "herne-luzhou-twin-city")]  # fmt: skip
    told = tuple(snapshot.facts_of[record.id][0] for record in between)
    history = compose(Answer("events", told, tuple(between)), snapshot, language)
    assert history.card and history.card["picture"] == "timeline"
    twin = snapshot.records["herne-luzhou-twin-city"]
    since = compose(Answer("facts", told[:1], (twin,)), snapshot, language)
    assert since.card and since.card["title"] == snapshot.records["luzhou"].name(language)
    several = compose(Answer("facts", told, (snapshot.records["luzhou-delegation-2023-04"],)), snapshot, language)
    assert several.card and several.card["picture"] == "timeline"
    one_visit = compose(Answer("facts", told[1:], (between[1],)), snapshot, language)
    assert (one_visit.card is None) == (between[1].kind != "twin_city")


def test_other_answers_come_without_a_picture(snapshot: Snapshot) -> None:
    partners = respond(Turn("", "en", "list_partners"), snapshot)
    few = Answer("organisations", (), partners.records[:2])
    narrowed = Answer("organisations", (), partners.records, filters=Filters(cities=("Herne",)))
    elsewhere = Answer("events", (), tuple(r for r in snapshot.records.values() if "wakefield" in r.id))
    for answer in (few, narrowed, elsewhere):
        assert compose(answer, snapshot, "en").card is None
    innobanx = snapshot.records["innobanx"]
    card = compose(Answer("overview", snapshot.facts_of["innobanx"][:1], (innobanx,)), snapshot, "en").card
    assert card and "picture" not in card
