"""Two windows over the real processes, in each language: a visitor and a member of staff, while every process is killed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.replies import desk as desk_words
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import LINES, RATINGS, line
from bot.replies.web_page_widget import WIDGET
from bot.settings import ROOT
from tests.browsers import MARKS

from .copies import Copy, conversation_of, started, until
from .phrases import DUESSELDORF, INNOBANX
from .staff import PASSWORD, add_account, case_for

pytestmark = MARKS
NAME = "Lea Muster"
DESK_LANGUAGE = {"en": "en", "de": "de", "zh": "de"}
QUESTION = {"en": "When does it leave?", "de": "Wann fährt sie ab?", "zh": "几点出发？"}
ANSWERS = {
    "en": ("Good morning.", "On Monday at nine.", "From platform two."),
    "de": ("Guten Morgen.", "Am Montag um neun.", "Von Gleis zwei."),
    "zh": ("早上好。", "星期一九点。", "二号站台。"),
}
MEANWHILE = {
    "en": ("Which platform?", "Are you still there?", "Thank you!"),
    "de": ("Welches Gleis?", "Sind Sie noch da?", "Vielen Dank!"),
    "zh": ("哪个站台？", "您还在吗？", "谢谢！"),
}
# How long until a text stands in a page, watched in the page itself from before it is sent.
WATCH = """text => { window.shown = new Promise(done => { const look = () =>
    (document.querySelector('ccc-chat')?.shadowRoot ?? document).getElementById('log').innerText.includes(text)
        ? done(Date.now()) : setTimeout(look, 5); look(); }); }"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy whose processes may be killed, with an account for staff."""
    with started(tmp_path_factory.mktemp("pair")) as copy:
        add_account(copy, "lea", NAME, "--role", "lead")
        yield copy


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens windows of people who know nothing of each other; no script may fail."""
    opened: list[Any] = []
    troubles: list[str] = []

    def open_(locale: str) -> Page:
        opened.append(chromium.new_context(locale=locale, reduced_motion="reduce"))
        page: Page = opened[-1].new_page()
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        return page

    yield open_
    for context in opened:
        context.close()
    assert troubles == []


class Measured:
    """Milliseconds from sending to standing in the other window; looked at after the run, asserted nowhere."""

    def __init__(self) -> None:
        self.pushes: dict[str, list[float]] = {}

    def push(self, what: str, there: Page, text: str, send: Callable[[], None], here: Page) -> None:
        there.evaluate(WATCH, text)
        begun = here.evaluate("Date.now()")
        send()
        self.pushes.setdefault(what, []).append(there.evaluate("window.shown") - begun)

    def keep(self, language: str) -> None:
        folder = ROOT / "results"
        folder.mkdir(exist_ok=True)
        (folder / f"push-{language}.json").write_text(json.dumps(self.pushes), encoding="utf-8")


def say(page: Page, text: str) -> None:
    page.locator("#input").fill(text)
    page.keyboard.press("Enter")


def answer(page: Page, text: str) -> None:
    page.locator("#answer").fill(text)
    page.keyboard.press("Control+Enter")


def enter(desk: Page, copy: Copy, number: str, language: str) -> None:
    desk.goto(f"{copy.url}/desk/cases/{number}?lang={language}")
    desk.locator("#login").fill("lea")
    desk.locator("#password").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator("#head")).to_be_visible()
    if desk.locator("html").get_attribute("lang") != language:
        desk.locator(f"button[name=language][value={language}]").click()
        expect(desk.locator("html")).to_have_attribute("lang", language)


def kill(copy: Copy, name: str) -> None:
    """As a crash would; returns while it is away."""
    process = copy.process(name)
    process.kill()
    process.wait(60)


def nothing_unsent(waits: bool, again: Locator) -> bool:
    """Whether nothing waits to be sent; otherwise it is sent again where that is offered."""
    if waits and again.count() and again.is_enabled():
        again.click()
    again.page.wait_for_timeout(300)
    return not waits


def texts(page: Page, author: str) -> list[str]:
    return [
        text.strip()
        for text in page.locator(f"#log .message.{author} .bubble, #log .message.{author} .text").all_inner_texts()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_and_a_person_talk_through_the_death_of_every_process(
    own: Copy, window: Callable[[str], Page], language: str, tmp_path: Path
) -> None:
    page_words, staff_words = WIDGET[language], desk_words.words(DESK_LANGUAGE[language])
    chat, desk, measured = window(language), window(DESK_LANGUAGE[language]), Measured()

    chat.goto(f"{own.url}/?lang={language}")
    with chat.expect_response("**/api/session") as opened:
        chat.locator("#start").click()
    number = case_for(own, conversation_of(opened.value.json()["token"]), language, QUESTION[language])
    expect(chat.locator("#banner")).to_have_text(page_words["state_waiting"])
    say(chat, QUESTION[language])
    expect(chat.locator(".message.system").last).to_contain_text(number)

    enter(desk, own, number, DESK_LANGUAGE[language])
    expect(desk.locator("#log")).to_contain_text(QUESTION[language])
    joined = line("joined", language, name=NAME).splitlines()[0]
    measured.push("joined", chat, joined, desk.locator("#claim").click, desk)
    expect(chat.locator("#banner")).to_have_text(page_words["state_human"])
    expect(desk.locator("#composer")).to_be_visible()
    desk.wait_for_load_state("load")

    desk.locator("#answer").press_sequentially(ANSWERS[language][0])
    expect(chat.locator("#typing-text")).to_have_text(page_words["staff_typing"].format(name=f"\u2068{NAME}\u2069"))
    measured.push("answer", chat, ANSWERS[language][0], lambda: desk.keyboard.press("Control+Enter"), desk)
    expect(chat.locator("#typing-text")).to_have_text("")
    chat.locator("#input").press_sequentially(MEANWHILE[language][0])
    expect(desk.locator("#typing")).to_have_text(staff_words["typing_visitor"])
    measured.push("message", desk, MEANWHILE[language][0], lambda: chat.keyboard.press("Enter"), chat)

    kill(own, "core")
    kill(own, "actions")
    answer(desk, ANSWERS[language][1])
    expect(chat.locator(".message.staff")).to_have_count(2)
    kill(own, "gateway")
    say(chat, MEANWHILE[language][1])
    answer(desk, ANSWERS[language][2])

    # Both pages keep what could not be sent and offer to send it again; the same id makes that harmless.
    until(lambda: nothing_unsent(desk.locator("#answer").input_value() != "", desk.locator("#send")))
    unsent = chat.locator(".message.visitor .status")
    until(lambda: nothing_unsent(unsent.count() > 0, unsent.locator("button")))
    expect(chat.locator(".message.staff")).to_have_count(3)
    expect(desk.locator("#log .message.visitor")).to_have_count(3)
    until(own.is_ready)
    measured.push("message", desk, MEANWHILE[language][2], lambda: say(chat, MEANWHILE[language][2]), chat)

    assert texts(chat, "staff") == list(ANSWERS[language])
    assert texts(chat, "visitor") == [QUESTION[language], *MEANWHILE[language]]
    chat.screenshot(path=tmp_path / f"chat-{language}.png", full_page=True)
    desk.screenshot(path=tmp_path / f"desk-{language}.png", full_page=True)

    desk.locator("details:has(#reason) > summary").click()
    desk.locator("#reason").select_option("answered")
    closed = line("closed", language, name=NAME, number=number).splitlines()[0]
    measured.push("left", chat, closed, desk.locator("details:has(#reason) button").first.click, desk)
    expect(desk.locator("#head .badge")).to_have_text(staff_words["state_closed"])
    expect(chat.locator("#banner")).to_be_empty()
    chat.get_by_role("button", name=RATINGS[1][language], exact=True).click()
    expect(chat.locator(".message.system").last).to_contain_text(LINES["rated"][language])
    assert chat.locator(".message.assistant").count() == 1  # its greeting: it said nothing in all that time
    say(chat, INNOBANX[language])
    expect(chat.locator(".message.assistant").last).to_contain_text(DUESSELDORF[language])
    measured.keep(language)
