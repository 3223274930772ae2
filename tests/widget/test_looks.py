"""Every state of the chat: accessible, nothing sticks out, pictures for people to look at; marker `browser`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bot.replies.problems import LANGUAGES, problem_text
from bot.replies.web_page_widget import WIDGET
from tests.browsers import MARKS, MILLISECONDS
from tests.gateway.fake_core import FakeCore

from .conftest import World, answers, is_accessible, opened, say

pytestmark = MARKS
SAID: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "en": (
        "Who are the partners?",
        "The Centre has two partners in this field:\n1. Innobanx GmbH – company, Düsseldorf\n"
        "2. Chamber of Commerce and Industry – chamber, Bochum",
        "Innobanx GmbH",
        {"Role": "Carrier of the Centre", "Place": "Düsseldorf, Germany"},
    ),
    "de": (
        "Wer sind die Partner?",
        "Das Zentrum hat auf diesem Feld zwei Partner:\n1. Innobanx GmbH – Unternehmen, Düsseldorf\n"
        "2. Industrie- und Handelskammer – Kammer, Bochum",
        "Wirtschaftsförderungsgesellschaft Herne mbH",
        {"Rolle": "Trägerin des Zentrums", "Ort": "Düsseldorf, Deutschland"},
    ),
    "zh": (
        "合作伙伴有哪些？",
        "在该领域，中心有两个合作伙伴：\n1. Innobanx GmbH——公司，杜塞尔多夫\n2. 工商会——商会，波鸿",
        "Innobanx GmbH",
        {"职能": "中心的共同发起方", "地点": "德国杜塞尔多夫"},
    ),
}

Look = Callable[..., Page]


@pytest.fixture
def look(chromium: Browser, web: World, request: pytest.FixtureRequest) -> Any:
    """A page in a window of some size and scheme; `extra` are further options of the browser's context."""
    contexts = []

    def at(width: int, scheme: Any, path: str, height: int = 720, **extra: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True, **extra
        )  # fmt: skip
        context.set_default_timeout(MILLISECONDS)
        contexts.append(context)
        return web.page(context, path)

    yield at
    for context in contexts:
        context.close()


def rich(core: FakeCore, language: str) -> str:
    """Let the core say something with all that a message can hold; the question."""
    question, text, title, rows = SAID[language]
    lines = [{"label": key, "value": value} for key, value in rows.items()]
    lines.append(
        {"label": "Web", "value": "https://example.org/a/long/address/of/a/page", "url": "https://example.org"}
    )
    card = {"title": title, "subtitle": "GmbH", "rows": lines}
    source = {"title": "Partner (herne.international)", "url": "https://example.org/partners", "as_of": "2019-07-30"}
    core.language = language
    buttons = [{"title": "Innobanx GmbH", "payload": "/ask_partner"}, {"title": "IHK", "payload": "/ask_partner"}]
    core.next_reply = {"messages": [{"text": text, "buttons": buttons, "custom": {"card": card, "sources": [source]}}]}
    return question


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 320, "light"), ("de", 320, "dark"), ("zh", 1280, "light"), ("de", 1280, "dark")],
)
def test_every_state_is_accessible_and_fits(
    web: World, look: Look, core: FakeCore, picture: Callable[[Page, str], None], language: str, width: int, scheme: str
) -> None:
    def keep(name: str) -> None:
        is_accessible(page)
        picture(page, f"{language}-{width}-{scheme}-{name}")

    words = WIDGET[language]
    page = look(width, scheme, f"/?lang={language}")
    expect(page.locator("#launcher")).to_be_visible()
    keep("1-closed")
    page.locator("#launcher").click()
    expect(page.locator("#start")).to_be_visible()
    keep("2-notice")
    page.locator("#start").click()
    answers(page, 1)
    keep("3-started")
    say(page, rich(core, language))
    answers(page, 2)
    keep("4-answer")

    page.route("**/api/messages", lambda route: _refuse(route, language))
    say(page, "Wirtschaftsförderungsgesellschaften" * 3)
    expect(page.locator(".status button")).to_be_visible()
    keep("5-refused")
    page.unroute("**/api/messages")
    page.locator("#delete").click()
    expect(page.locator("#confirm")).to_be_visible()
    keep("6-confirm")
    page.locator("#confirm .quiet").click()

    page.context.set_offline(True)
    say(page, "?")
    expect(page.locator(".status").last).to_contain_text(words["retrying"])
    expect(page.locator("#banner")).to_have_text(words["reconnecting"], timeout=60_000)
    keep("7-offline")
    page.context.set_offline(False)
    expect(page.locator("#banner")).to_be_empty(timeout=60_000)

    case = web.live.with_person(_chat_of(page))
    expect(page.locator("#banner")).to_have_text(words["state_human"])
    web.live.call(web.live.staff.write(case.number, "anna", SAID[language][1], "m-1", name="Anna"))
    expect(page.locator(".message.staff")).to_be_visible()
    keep("8-person")
    page.keyboard.press("Escape")
    web.live.call(web.live.staff.close(case.number, "anna", "answered", name="Anna"))
    expect(page.locator("#badge")).not_to_be_empty()
    keep("9-unread")
    page.locator("#launcher").click()
    expect(page.locator(".message.system .choice").first).to_be_visible()
    keep("A-rating")


def _refuse(route: Route, language: str) -> None:
    """Too many messages, as the gateway says it."""
    if route.request.method != "POST":
        route.continue_()
        return
    detail = {"code": "too_many_messages", "detail": problem_text("too_many_messages", language)}
    headers = {"Access-Control-Allow-Origin": "*", "Content-Language": language}
    route.fulfill(status=429, headers=headers, content_type="application/problem+json", body=json.dumps(detail))


def _chat_of(page: Page) -> Any:
    class Known:
        opened = {"token": page.evaluate("sessionStorage.getItem('ccc-chat')")}  # noqa: RUF012

    return Known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_of_the_centre_in_every_language(
    web: World, chromium: Browser, core: FakeCore, picture: Callable[[Page, str], None], language: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce", bypass_csp=True)
    page = web.page(context, f"/?lang={language}", website=web.live.server.url)
    expect(page.locator("#start")).to_be_visible()
    picture(page, f"page-{language}-{width}-1")
    page.locator("#start").click()
    say(page, rich(core, language))
    answers(page, 2)
    is_accessible(page)
    picture(page, f"page-{language}-{width}-2")
    context.close()


def test_at_two_hundred_per_cent_everything_is_there_and_in_reach(
    web: World, look: Look, core: FakeCore, picture: Callable[[Page, str], None]
) -> None:
    page = look(640, "light", "/?lang=de", height=360, device_scale_factor=2)
    opened(page)
    say(page, rich(core, "de"))
    answers(page, 2)
    is_accessible(page)
    for part in ("#input", "#send", "#person", "#hide", "#language"):
        expect(page.locator(part)).to_be_in_viewport()
    picture(page, "zoomed-200")


def test_text_alone_twice_as_large_stays_readable(
    web: World, look: Look, core: FakeCore, picture: Callable[[Page, str], None]
) -> None:
    page = look(1280, "light", "/?lang=de")
    page.evaluate("document.querySelector('ccc-chat').style.fontSize = '32px'")
    opened(page)
    say(page, rich(core, "de"))
    answers(page, 2)
    is_accessible(page)
    expect(page.locator("#input")).to_be_in_viewport()
    picture(page, "text-200")


def test_forced_colours_keep_edges_and_signs(
    web: World, look: Look, core: FakeCore, picture: Callable[[Page, str], None]
) -> None:
    page = look(1280, "dark", "/?lang=en", forced_colors="active")
    opened(page)
    say(page, rich(core, "en"))
    answers(page, 2)
    assert page.locator(".bubble").first.evaluate("(node) => getComputedStyle(node).borderTopStyle") == "solid"
    is_accessible(page, besides="color-contrast")  # the colours are the visitor's own there
    picture(page, "forced-colours")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_whom_movement_is_too_much(
    chromium: Browser, web: World, core: FakeCore, motion: Any
) -> None:
    context = chromium.new_context(reduced_motion=motion)
    page = web.page(context)
    opened(page)
    core.delays = [3.0]
    say(page, "?")
    expect(page.locator("#typing i").first).to_be_visible()
    name = page.locator("#typing i").first.evaluate("(node) => getComputedStyle(node).animationName")
    assert (name == "none") == (motion == "reduce")
    context.close()


@pytest.mark.parametrize("attributes", ["side=start", "scheme=dark", "scheme=light"])
def test_what_a_website_may_choose_is_accessible_too(
    look: Look, core: FakeCore, picture: Callable[[Page, str], None], attributes: str
) -> None:
    page = look(1280, "light", f"/?{attributes}")
    opened(page)
    say(page, rich(core, "en"))
    answers(page, 2)
    is_accessible(page)
    picture(page, attributes.replace("=", "-"))
