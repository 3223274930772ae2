"""A conversation through reloads, tabs, lost networks, restarts, and with people; marker `browser`."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from bot.gateway.app import create_app
from bot.gateway.server import server_options
from bot.replies.web_page_widget import LABELS, WIDGET
from tests.browsers import MARKS
from tests.gateway.conftest import build_settings
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.waiting import free_port, until

from .conftest import NO_LIMITS, World, answers, make_website, opened, say

EN = WIDGET["en"]
pytestmark = MARKS


@pytest.fixture
def make_gateway(
    core_server: tuple[FakeCore, RunningServer], core: FakeCore, tmp_path: Path
) -> Iterator[Callable[[int, str], RunningServer]]:
    """Starts a gateway at a port, each time with the same data."""
    running: list[RunningServer] = []

    def start(port: int, website: str) -> RunningServer:
        settings = build_settings(tmp_path, core_server[1].port, allowed_origins=website, **NO_LIMITS)
        options = server_options(settings) | {"timeout_graceful_shutdown": 1}
        running.append(RunningServer(create_app(settings), port=port, **options))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def page(web: World, context: BrowserContext) -> Page:
    return web.page(context, "/a/page?lang=en")


def test_after_a_reload_the_conversation_is_there_when_the_chat_is_opened_again(web: World, page: Page) -> None:
    opened(page)
    say(page, "hello")
    answers(page, 2)
    before = page.locator(".bubble").all_inner_texts()
    web.requests.clear()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert not [url for url in web.requests if "/api/" in url]
    page.locator("#launcher").click()
    answers(page, 2)
    assert page.locator(".bubble").all_inner_texts() == before
    expect(page.locator("#input")).to_be_focused()


def test_with_resume_a_chat_goes_on_in_the_background_and_counts_what_is_unread(
    web: World, context: BrowserContext
) -> None:
    page = web.page(context, "/?resume=")
    opened(page)
    case = web.live.with_person(_chat_of(page))
    expect(page.locator(".message.system")).to_have_count(1)
    page.reload()
    expect(page.locator(".message.system")).to_have_count(1)
    expect(page.locator("#badge")).to_be_empty()
    web.live.call(web.live.staff.write(case.number, "anna", "Hello", "m-1", name="Anna"))
    expect(page.locator("#badge")).to_have_text("1")
    expect(page.locator("#news")).to_have_text(LABELS["en"]["unread"].format(n=1))


class _Token:
    """A chat that a browser has opened, for the helpers that know it by its token."""

    def __init__(self, token: str) -> None:
        self.opened = {"token": token}


def _chat_of(page: Page) -> Any:
    return _Token(page.evaluate("sessionStorage.getItem('ccc-chat')"))


def test_a_second_tab_is_offered_the_same_conversation(web: World, context: BrowserContext, page: Page) -> None:
    opened(page)
    say(page, "first tab")
    answers(page, 2)
    second = web.page(context, "/other")
    second.locator("#launcher").click()
    expect(second.locator("#start")).to_have_text(EN["continue_chat"])
    assert second.evaluate("sessionStorage.length") == 0
    second.locator("#start").click()
    expect(second.locator(".message.visitor")).to_have_text(re.compile("first tab"))
    say(second, "second tab")
    answers(second, 3)
    answers(page, 3)
    expect(page.locator(".message.visitor").last).to_contain_text("second tab")


def test_a_member_of_staff_is_seen_and_heard_of_while_the_chat_is_closed(web: World, page: Page) -> None:
    opened(page)
    case = web.live.with_person(_chat_of(page))
    expect(page.locator("#banner")).to_have_text(EN["state_human"])
    page.keyboard.press("Escape")
    web.live.call(web.live.staff.write(case.number, "anna", "Are you there?", "m-1", name="Anna"))
    expect(page.locator("#badge")).to_have_text("1")
    assert page.evaluate("document.querySelector('ccc-chat').unread") == 1
    page.locator("#launcher").click()
    expect(page.locator("#badge")).to_be_empty()
    expect(page.locator(".message.staff")).to_contain_text("Are you there?")
    expect(page.locator(".message.staff bdi.name")).to_have_text("Anna")
    web.live.call(web.live.staff.close(case.number, "anna", "answered", name="Anna"))
    page.get_by_role("button", name="Good", exact=True).click()
    expect(page.locator(".message.system").last).to_contain_text("Thank you.")


def test_offline_and_back_nothing_is_lost_or_said_twice(context: BrowserContext, page: Page, core: FakeCore) -> None:
    opened(page)
    context.set_offline(True)
    say(page, "in the tunnel")
    expect(page.locator(".message.visitor .status")).to_contain_text(EN["retrying"])
    context.set_offline(False)
    expect(answers(page, 2)).to_contain_text("You said: in the tunnel")
    expect(page.locator(".message.visitor .status")).to_have_count(0)
    expect(page.locator(".message.visitor")).to_have_count(1)
    assert len([turn for turn in core.turns if turn["text"] == "in the tunnel"]) == 1


def test_what_cannot_be_delivered_can_be_sent_again_with_the_same_id(page: Page, core: FakeCore) -> None:
    opened(page)
    core.failures = [503] * 2
    say(page, "again")
    for count in (1, 2):
        until(lambda count=count: len(core.asked) >= count)  # type: ignore[misc]
        page.locator(".status button").click()
    answers(page, 2)
    assert len({turn["message_id"] for turn in core.asked if turn["text"] == "again"}) == 1


def tried(page: Page, attempts: list[str], count: int) -> None:
    """Waits for so many attempts; the browser's calls are only heard while the page is waited for."""

    def look() -> bool:
        page.wait_for_timeout(20)
        return len(attempts) >= count

    until(look)


def test_an_undelivered_message_is_tried_as_long_as_the_page_is_open_and_says_so(page: Page, core: FakeCore) -> None:
    opened(page)
    attempts: list[str] = []

    def lose(route: Route) -> None:
        attempts.append((route.request.post_data_json or {})["id"])
        route.abort()

    page.route("**/api/messages", lose)
    page.clock.install()
    say(page, "as long as it takes")
    status = page.locator(".message.visitor .status")
    expect(status).to_contain_text(EN["retrying"])
    expect(page.locator("#typing-text")).to_be_empty()
    for count in range(2, 14):
        page.clock.fast_forward(30_000)
        tried(page, attempts, count)
    assert len(set(attempts)) == 1
    expect(status).to_contain_text(EN["retrying"])
    before = len(attempts)
    status.get_by_role("button", name=EN["retry"]).click()
    tried(page, attempts, before + 1)
    page.unroute("**/api/messages")
    page.clock.fast_forward(30_000)
    expect(answers(page, 2)).to_contain_text("as long as it takes")
    expect(status).to_have_count(0)
    assert len([turn for turn in core.turns if turn["text"] == "as long as it takes"]) == 1


def test_a_gateway_that_restarts_is_noticed_and_found_again(
    context: BrowserContext, make_gateway: Callable[[int, str], RunningServer]
) -> None:
    port = free_port()
    site = RunningServer(make_website(f"http://127.0.0.1:{port}"))
    server = make_gateway(port, site.url)
    page = context.new_page()
    page.goto(site.url)
    opened(page)
    server.stop()
    expect(page.locator("#banner")).to_have_text(EN["reconnecting"], timeout=60_000)
    say(page, "still there?")
    make_gateway(port, site.url)
    expect(answers(page, 2)).to_contain_text("still there?", timeout=60_000)
    expect(page.locator("#banner")).to_be_empty(timeout=60_000)
    site.stop()


def test_a_slow_network_delays_and_breaks_nothing(context: BrowserContext, page: Page) -> None:
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    conditions = {"offline": False, "latency": 700, "downloadThroughput": 6000, "uploadThroughput": 3000}
    network.send("Network.emulateNetworkConditions", conditions)
    opened(page)
    say(page, "slowly")
    expect(page.locator("#typing-text")).to_have_text(EN["typing"])
    expect(answers(page, 2)).to_contain_text("slowly")


def test_a_chat_can_be_downloaded_deleted_and_begun_anew(page: Page) -> None:
    opened(page)
    say(page, "keep this")
    answers(page, 2)
    with page.expect_download() as download:
        page.locator("#download").click()
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert "keep this" in json.dumps(exported)
    page.locator("#delete").click()
    page.locator("#confirm .danger").click()
    expect(page.locator(".message.system")).to_contain_text(EN["deleted"])
    assert page.evaluate("sessionStorage.length") == 0
    page.locator(".message.system button").click()
    expect(page.locator("#start")).to_be_focused()
    page.locator("#start").click()
    answers(page, 1)
