"""Timeline and map inside the chat, under the strictest policy, by keyboard, small and dark; marker `browser`."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from bot.partners.loader import load
from bot.replies.web_page_explore import EXPLORE
from tests.browsers import MARKS
from tests.gateway.fake_core import FakeCore

from .conftest import World, answers, is_accessible, opened, say

pytestmark = MARKS


@pytest.fixture(scope="module", autouse=True)
def knowledge(world: World) -> None:
    settings = world.live.gateway.settings
    assert not load(world.live.store, settings.knowledge_dir, {}).refused


@pytest.fixture
def page(web: World, context: BrowserContext) -> Page:
    return web.page(context, "/?lang=en")


@pytest.fixture
def looking(web: World, chromium: Browser) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def look(language: str, width: int, scheme: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
        )
        contexts.append(context)
        return web.page(context, f"/?lang={language}")

    yield look
    for context in contexts:
        context.close()


def asked(page: Page, core: FakeCore, name: str, language: str = "en", count: int = 2) -> Locator:
    """The answer that comes with a picture."""
    core.language = language
    card = {"title": "Luzhou", "rows": [], "picture": name}
    core.next_reply = {"messages": [{"text": "As follows.", "buttons": [], "custom": {"card": card}}]}
    say(page, "?")
    return answers(page, count)


@pytest.mark.parametrize("name", ["timeline", "network"])
def test_a_picture_is_drawn_in_the_answer_and_leads_to_the_page_by_keyboard(
    web: World, page: Page, core: FakeCore, name: str
) -> None:
    opened(page)
    answer = asked(page, core, name)
    image = answer.get_by_role("img")
    expect(image).to_have_accessible_name(answer.locator("svg title").text_content() or "?")
    assert answer.locator("svg desc").text_content()
    expect(answer.locator("h3")).to_have_count(0)
    link = answer.locator("figure a")
    expect(link).to_have_text(EXPLORE["en"]["in_full"].format(title=EXPLORE["en"][name]))
    assert link.get_attribute("href") == f"{web.live.server.url}/explore?lang=en#{name}"
    link.focus()
    with page.context.expect_page() as other:
        page.keyboard.press("Enter")
    expect(other.value.locator(f"#{name}")).to_be_visible()


def test_the_same_picture_is_drawn_once_and_linked_again(page: Page, core: FakeCore) -> None:
    opened(page)
    expect(asked(page, core, "timeline").locator("svg")).to_be_visible()
    again = asked(page, core, "timeline", count=3)
    expect(again.locator("figure a")).to_be_visible()
    expect(page.locator("figure svg")).to_have_count(1)


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 1280, "light"), ("de", 320, "dark"), ("zh", 320, "light"), ("de", 1280, "dark")],
)
def test_both_pictures_fit_and_are_accessible(
    looking: Callable[..., Page],
    core: FakeCore,
    picture: Callable[[Page, str], None],
    language: str,
    width: int,
    scheme: str,
) -> None:
    page = looking(language, width, scheme)
    opened(page)
    for count, name in enumerate(("timeline", "network"), 2):
        drawing = asked(page, core, name, language, count).locator("svg")
        expect(drawing).to_be_visible()
        drawing.scroll_into_view_if_needed()
        drawing.evaluate("(svg) => svg.scrollIntoView()")
        is_accessible(page)
        picture(page, f"{language}-{width}-{scheme}-B-{name}")
        within = drawing.evaluate(
            "(svg) => [...svg.querySelectorAll('text')].filter((text) => {"
            "const box = text.getBBox(); return box.x < -3 || box.x + box.width > svg.viewBox.baseVal.width + 1; })"
            ".map((text) => text.textContent)"
        )
        assert within == []


def test_what_is_no_shape_is_not_built(page: Page, core: FakeCore) -> None:
    evil: list[Any] = [
        "svg", {"class": "timeline", "onload": "alert(1)", "style": "color:red"},
        ["script", {}, "alert(1)"], ["image", {"href": "https://example.org/x.png"}],
        ["foreignObject", {}, ["iframe", {"src": "javascript:alert(1)"}]],
        ["a", {"xlink:href": "javascript:alert(1)", "onclick": "alert(1)"}, ["text", {}, "<img src=x onerror=alert(1)>"]],
    ]  # fmt: skip

    def answer(route: Route) -> None:
        body = {"title": "x", "page": "javascript:alert(1)", "drawing": evil}
        route.fulfill(
            headers={"Access-Control-Allow-Origin": "*"}, content_type="application/json", body=json.dumps(body)
        )

    page.route("**/api/pictures/**", answer)
    opened(page)
    figure = asked(page, core, "timeline").locator("figure")
    expect(figure.locator("svg text")).to_have_text("<img src=x onerror=alert(1)>")
    assert figure.evaluate("(node) => [...node.querySelectorAll('svg *')].map((part) => part.localName)") == [
        "g", "g", "g", "g", "g", "text",
    ]  # fmt: skip
    expect(figure.locator("a")).to_have_count(0)
    attributes = figure.evaluate(
        "(node) => [...node.querySelectorAll('*')].flatMap((part) => part.getAttributeNames())"
    )
    assert set(attributes) <= {"class", "src"}


def test_an_answer_whose_picture_cannot_be_had_stands_for_itself(web: World, page: Page, core: FakeCore) -> None:
    page.route(
        "**/api/pictures/**", lambda route: route.fulfill(status=503, headers={"Access-Control-Allow-Origin": "*"})
    )
    opened(page)
    answer = asked(page, core, "network")
    expect(answer.locator(".bubble")).to_have_text("As follows.")
    say(page, "and on")
    expect(answers(page, 3)).to_contain_text("and on")
    expect(page.locator("figure *")).to_have_count(0)
