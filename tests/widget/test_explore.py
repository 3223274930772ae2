"""`/explore` without a browser: what the database holds is drawn, told in words, and has its source."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from bot.channels.web.explore_data import Picture, read_picture
from bot.channels.web.explore_drawing import BOX_HEIGHT, WIDTH, in_lines, place_dots, place_network
from bot.gateway.app import create_app
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_explore import EXPLORE, LINK_KINDS
from bot.settings import Settings
from bot.store import Store
from tests.gateway.conftest import build_settings
from tests.gateway.fake_core import RunningServer

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def picture(settings: Settings) -> Iterator[Picture]:
    store = Store(settings.database)
    yield store.read(lambda db: read_picture(db, settings.knowledge_dir, None))
    store.close()


@pytest.fixture(scope="module")
def pages(settings: Settings) -> Iterator[dict[str, str]]:
    server = RunningServer(create_app(settings))
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as http:
        yield {language: http.get("/explore", params={"lang": language}).text for language in LANGUAGES}
    server.stop()


def drawings(page: str) -> list[ElementTree.Element]:
    found = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    return [ElementTree.fromstring(text.replace("<svg", f'<svg xmlns="{SVG[1:-1]}"', 1)) for text in found]


def test_the_timeline_holds_every_dated_link_of_the_two_towns_in_order(picture: Picture) -> None:
    dates = [link.date or "" for link in picture.timeline]
    assert len(dates) >= 14
    assert dates == sorted(dates)
    assert {"herne-luzhou-twin-city", "luzhou-delegation-2023-04"} <= {link.id for link in picture.timeline}
    assert not [link for link in picture.timeline if "wakefield" in link.id]


def test_the_network_holds_every_organisation_and_how_it_is_linked(picture: Picture) -> None:
    organisations = {record.id for record in picture.records.values() if record.type == "organisation"}
    assert organisations <= {node.id for node in picture.nodes}
    kinds = {(tie.from_id, tie.to_id): tie.kind for tie in picture.ties}
    assert kinds["city-of-herne", "china-competence-centre"] == "carrier"
    assert kinds["hochschule-bochum", "swust"] == "university_cooperation"
    assert kinds["city-of-herne", "luzhou"] == "twin_city"


def test_every_kind_of_link_has_words_in_three_languages(picture: Picture) -> None:
    shown = {link.kind for link in picture.timeline} | {tie.kind for tie in picture.ties}
    assert shown <= set(LINK_KINDS)
    assert all(set(words) == set(LANGUAGES) for words in LINK_KINDS.values())
    for language in LANGUAGES:
        assert set(EXPLORE[language]) == set(EXPLORE["en"])
        for key, text in EXPLORE["en"].items():
            assert sorted(re.findall(r"\{\w+\}", EXPLORE[language][key])) == sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_box_lies_on_another_and_all_are_inside(picture: Picture, language: str) -> None:
    network = place_network(picture, language, lambda record: record.city or "")
    assert {box.record.id for box in network.boxes} == {node.id for node in picture.nodes}
    for box in network.boxes:
        assert 0 <= box.x <= box.x + box.width <= WIDTH
        assert 0 <= box.y <= box.y + BOX_HEIGHT <= network.height
        assert 1 <= len(box.lines) <= 2
    for one in network.boxes:
        for other in network.boxes:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart |= one.y + BOX_HEIGHT <= other.y or other.y + BOX_HEIGHT <= one.y
            assert apart or one is other


def test_events_close_to_each_other_do_not_lie_on_each_other(picture: Picture) -> None:
    dots, years = place_dots(picture.timeline)
    assert [year for year, _ in years] == list(range(2017, 2025))
    assert all(
        one is other or abs(one.x - other.x) >= 18 or abs(one.y - other.y) >= 18 for one in dots for other in dots
    )
    assert all(dot.y > 10 for dot in dots)
    assert place_dots([]) == ((), ())


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Herne", ("Herne",)),
        ("Wirtschaftsförderungsgesellschaft Herne mbH", ("Wirtschaftsförderungsgesellschaft", "Herne mbH")),
        ("泸州国家高新技术产业开发区管理委员会招商局", ("泸州国家高新技术产业开发区管理委员", "会招商局")),
        ("x" * 80, ("x" * 34, "x" * 33 + "…")),
    ],
)
def test_long_names_take_two_lines(name: str, lines: tuple[str, ...]) -> None:
    assert in_lines(name) == lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_drawn_is_told_in_words_with_its_source(
    pages: dict[str, str], picture: Picture, language: str
) -> None:
    page = pages[language]
    assert f'<html lang="{language}">' in page
    timeline, network = drawings(page)
    for drawing in (timeline, network):
        assert drawing.get("aria-label")
        for link in drawing.iter(f"{SVG}a"):
            assert link.get("aria-label")
            assert f'<li id="{(link.get("href") or "")[1:]}">' in page
    assert len(list(timeline.iter(f"{SVG}circle"))) == len(picture.timeline)
    assert len(list(network.iter(f"{SVG}rect"))) == len(picture.nodes)
    events = re.findall(r'<li id="([\w-]+)">(.*?)</li>', page, re.DOTALL)
    assert len(events) == len(picture.timeline) + len(picture.nodes)
    for record_id, told in events:
        if record_id in picture.first_facts:
            assert picture.first_facts[record_id].source.url in told.replace("&amp;", "&"), record_id
    assert not re.search(r"\bNone\b|\{\w+\}", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_and_nothing_is_styled_inline(pages: dict[str, str], language: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', pages[language])
    assert len(ids) == len(set(ids))
    assert " style=" not in pages[language]


def test_a_database_without_knowledge_says_so(tmp_path: Path) -> None:
    server = RunningServer(create_app(build_settings(tmp_path, 1)))
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as http:
        answer = http.get("/explore?lang=de")
    server.stop()
    assert answer.status_code == 200
    assert EXPLORE["de"]["nothing"] in answer.text


def test_a_change_in_the_database_is_seen_at_once_and_no_change_costs_nothing(
    settings: Settings, picture: Picture
) -> None:
    store = Store(settings.database)
    again = store.read(lambda db: read_picture(db, settings.knowledge_dir, picture))
    assert again is picture
    older = Picture(-1, {}, {}, (), (), (), {}, picture.vocabulary)
    renewed = store.read(lambda db: read_picture(db, settings.knowledge_dir, older))
    assert {record.id for record in renewed.nodes} == {record.id for record in picture.nodes}
    store.close()
