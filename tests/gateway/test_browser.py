"""The page in a real browser, by keyboard, in light and dark, on a phone; marker `browser`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.replies.greeting import GREETING
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_widget import WIDGET
from tests.browsers import MARKS, at_rest, tab_to

from .fake_core import FakeCore

FOCUSED = "(document.activeElement?.shadowRoot ?? document).activeElement"
RICH = {
    "messages": [
        {
            "text": "<img src=x onerror=alert(1)> Luzhou\nis a twin city.",
            "buttons": [{"title": "More <b>", "payload": "/ask_more"}],
            "custom": {
                "card": {"title": "Luzhou", "rows": [{"label": "Web", "value": "x", "url": "javascript:alert(1)"}]},
                "sources": [{"title": "City of Herne", "url": "https://example.org/s", "as_of": "2019-05"}],
            },
        }
    ]
}
pytestmark = MARKS


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, gateway_url: str, core: FakeCore) -> Iterator[Callable[..., Page]]:
    troubles: list[str] = []

    def go(language: str = "en", **_: Any) -> Page:
        page = context.new_page()
        page.on(
            "console",
            lambda m: (
                troubles.append(m.text) if m.type == "error" and "Failed to load resource" not in m.text else None
            ),
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
        page.goto(f"{gateway_url}/?lang={language}")
        expect(page.locator("#panel")).to_be_visible()
        return page

    yield go
    assert troubles == []


def _start(page: Page) -> None:
    page.locator("#start").click()
    expect(page.locator(".message.assistant")).to_have_count(1)


def _ask(page: Page, text: str) -> None:
    page.locator("#input").fill(text)
    page.keyboard.press("Enter")


def test_nothing_is_stored_or_read_or_sent_before_the_start(
    context: BrowserContext, visit: Callable[..., Page]
) -> None:
    context.add_init_script(
        "window.touched = []; for (const name of ['getItem', 'setItem']) { const own = Storage.prototype[name];"
        "Storage.prototype[name] = function (...a) { window.touched.push(name); return own.apply(this, a); }; }"
    )
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = visit()
    page.wait_for_load_state("networkidle")
    page.locator("[data-language=de]").click()
    assert page.evaluate("[window.touched, document.cookie, sessionStorage.length, localStorage.length]") == [
        [],
        "",
        0,
        0,
    ]
    assert not [url for url in requests if "/api/" in url]
    expect(page.locator("#gate")).to_contain_text("KI")
    expect(page.locator("#input")).to_be_hidden()
    _start(page)
    stored = page.evaluate("[Object.keys(sessionStorage), localStorage.length, document.cookie]")
    assert stored == [["ccc-chat"], 0, ""]
    assert {url.split("/")[2] for url in requests if url.startswith("http")} == {page.url.split("/")[2]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conversation_by_keyboard_alone(visit: Callable[..., Page], core: FakeCore, language: str) -> None:
    page = visit(language)
    tab_to(page, "#start")
    page.keyboard.press("Enter")
    expect(page.locator(".message.assistant")).to_contain_text(GREETING[language].splitlines()[0])
    expect(page.locator("#input")).to_be_focused()
    page.keyboard.type("Luzhou?")
    page.keyboard.press("Enter")
    answer = page.locator(".message.assistant").nth(1)
    expect(answer).to_contain_text("You said: Luzhou?")
    expect(answer).to_have_attribute("lang", language)
    expect(answer.locator(".author")).to_have_text(WIDGET[language]["assistant"])
    expect(page.locator("#log")).to_have_attribute("role", "log")
    page.locator("#log .choice").first.focus()
    outline = page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle + getComputedStyle({FOCUSED}).outlineWidth")
    assert outline == "solid3px"
    page.keyboard.press("Enter")
    expect(page.locator(".message.assistant")).to_have_count(3)
    assert core.turns[-1]["choice"]["intent"] == "ask_centre"


def test_markup_in_an_answer_is_text(visit: Callable[..., Page], core: FakeCore) -> None:
    page = visit()
    _start(page)
    core.next_reply = RICH
    _ask(page, "<script>alert(1)</script>")
    answer = page.locator(".message.assistant").nth(1)
    expect(answer.locator(".bubble")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(answer.locator("img, b, script")).to_have_count(0)
    expect(answer.locator(".card a")).to_have_count(0)
    expect(answer.locator(".sources a")).to_have_attribute("href", "https://example.org/s")
    expect(answer.locator(".sources")).to_contain_text("as of May 2019")
    expect(page.locator(".message.visitor .bubble")).to_have_text("<script>alert(1)</script>")


def test_the_conversation_is_there_again_after_a_reload(visit: Callable[..., Page]) -> None:
    page = visit()
    _start(page)
    _ask(page, "hello")
    expect(page.locator(".message.assistant")).to_have_count(2)
    before = page.locator(".bubble").all_inner_texts()
    page.reload()
    expect(page.locator(".message")).to_have_count(3)
    assert page.locator(".bubble").all_inner_texts() == before
    _ask(page, "again")
    expect(page.locator(".message.assistant")).to_have_count(3)


def test_an_undelivered_message_is_sent_again_with_the_same_id(
    context: BrowserContext, visit: Callable[..., Page], core: FakeCore
) -> None:
    page = visit()
    _start(page)
    context.set_offline(True)
    _ask(page, "hello")
    expect(page.locator(".message.visitor .status")).to_contain_text(WIDGET["en"]["retrying"])
    context.set_offline(False)
    expect(page.locator(".message.assistant")).to_have_count(2)
    expect(page.locator(".message.visitor .status")).to_have_count(0)
    core.failures = [503] * 4
    _ask(page, "and now?")
    expect(page.locator(".status button")).to_be_visible(timeout=120_000)
    page.locator(".status button").click()
    expect(page.locator(".message.assistant")).to_have_count(3)
    expect(page.locator(".message.visitor")).to_have_count(2)
    assert len({turn["message_id"] for turn in core.asked if turn["text"] == "and now?"}) == 1


def test_typing_is_shown_and_a_burst_stays_in_order(visit: Callable[..., Page], core: FakeCore) -> None:
    page = visit()
    _start(page)
    gate = core.hold()
    for number in range(4):
        _ask(page, f"message {number}")
    expect(page.locator("#typing-text")).to_have_text(WIDGET["en"]["typing"])
    expect(page.locator(".message.assistant")).to_have_count(1)
    gate.open()
    expect(page.locator(".message.assistant")).to_have_count(5)
    answers = page.locator(".message.assistant .bubble").all_inner_texts()[1:]
    assert [re.sub(r"\D", "", answer) for answer in answers] == ["0", "1", "2", "3"]
    expect(page.locator("#typing-text")).to_have_text("")


def test_a_chat_can_be_deleted_and_a_new_one_begun(visit: Callable[..., Page]) -> None:
    page = visit()
    _start(page)
    page.locator("#delete").click()
    page.locator("#confirm .danger").click()
    expect(page.locator(".message.system")).to_contain_text(WIDGET["en"]["deleted"])
    assert page.evaluate("sessionStorage.length") == 0
    page.locator(".message.system button").click()
    _start(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_accessible_and_nothing_sticks_out(
    chromium: Browser, gateway_url: str, core: FakeCore, tmp_path: Path, scheme: Any, width: int, language: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 720}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(f"{gateway_url}/?lang={language}")
    expect(page.locator("#start")).to_be_visible()
    findings = Axe().run(page).response["violations"]
    _start(page)
    core.next_reply = RICH
    _ask(page, "Wirtschaftsförderungsgesellschaften" * 3)
    expect(page.locator(".sources")).to_be_visible()
    at_rest(page)
    findings += Axe().run(page).response["violations"]
    assert [(f["id"], f["nodes"][0]["html"][:120]) for f in findings] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#log").evaluate("(log) => log.scrollWidth <= log.clientWidth")
    context.close()
