"""The desk in a real browser: by keyboard, on a phone, in light and dark, with two people at once; marker `browser`."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.gateway import history
from bot.replies.desk import words
from tests.gateway.test_browser import CHROMIUM, FLAGS

from .conftest import PASSWORD, Desk, Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: install the system's chromium package"),
    pytest.mark.parametrize("desk", ["sqlite"], indirect=True),
]
LANGUAGES = ("de", "en")
Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def enter(desk: Desk, chromium: Browser) -> Iterator[Enter]:
    """Opens the desk as somebody; at the end no page may have complained."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def go(login: str = "wei", language: str = "de", **options: Any) -> Page:
        context = chromium.new_context(locale=language, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda m: troubles.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None,
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{desk.url}/desk/login?lang={language}")
        page.locator("#login").fill(login)
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/cases")
        if page.locator("html").get_attribute("lang") != language:
            page.locator(f"button[name=language][value={language}]").click()
        return page

    yield go
    for context in contexts:
        context.close()
    assert troubles == []


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus, which must be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert outline == "3px", selector
            return
    raise AssertionError(f"Tab does not lead to {selector}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_is_handled_by_keyboard_alone(desk: Desk, enter: Enter, language: str) -> None:
    t = words(language)
    number = desk.open_case(conversation=f"web:keyboard-{language}").number
    page = enter(language=language)
    tab_to(page, f'a[href="/desk/cases/{number}"]')
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(t["case_heading"].format(number=number))
    tab_to(page, "#claim")
    page.keyboard.press("Enter")
    expect(page.locator("#head")).to_contain_text(t["me"])
    tab_to(page, "#canned")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#insert")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    expect(page.locator("#answer")).to_have_value(re.compile("^Guten Tag, mein Name ist Wei Muster, "))
    page.keyboard.type(" Die Delegation fährt im Mai.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.staff")).to_have_count(1)
    expect(page.locator("#answer")).to_have_value("")
    expect(page.locator("#answer")).to_be_focused()
    tab_to(page, "details:has(#reason) > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#reason")
    page.keyboard.press("ArrowDown")
    tab_to(page, "details:has(#reason) button")
    page.keyboard.press("Enter")
    expect(page.locator("#head .badge")).to_have_text(t["state_closed"])
    expect(page.locator(".message.staff")).to_have_count(1)


def test_a_new_case_appears_by_itself_and_in_the_title(desk: Desk, enter: Enter) -> None:
    page = enter("tom")
    before = page.locator("tr.is-waiting").count()
    number = desk.open_case(conversation="web:appears", topic="trade").number
    expect(page.locator(f'tr[data-number="{number}"]')).to_be_visible(timeout=10_000)
    expect(page).to_have_title(f"({before + 1}) {words('de')['cases']} – {words('de')['organisation']}")
    expect(page.locator("#live")).to_have_text(words("de")["new_case"])
    expect(page.locator("#count-number")).to_have_text(str(before + 1))


def test_without_events_the_page_asks_every_quarter_of_a_minute(desk: Desk, enter: Enter) -> None:
    page = enter("tom")
    page.context.route("**/desk/events", lambda route: route.abort())
    page.clock.install()
    page.goto(f"{desk.url}/desk/cases")
    number = desk.open_case(conversation="web:polled", topic="trade").number
    expect(page.locator(f'tr[data-number="{number}"]')).to_have_count(0)
    page.clock.run_for(16_000)
    expect(page.locator(f'tr[data-number="{number}"]')).to_be_visible()


def test_a_login_that_is_over_is_told_and_the_text_stays(desk: Desk, enter: Enter) -> None:
    number = desk.open_case(conversation="web:over").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    page.locator("#claim").click()
    page.wait_for_load_state("load")  # before its script runs, the form is sent as a page of its own
    page.locator("#answer").fill("Noch nicht gesendet")
    page.context.clear_cookies()
    page.locator("#send").click()
    expect(page.locator("#alert")).to_have_text(words("de")["signed_out"])
    expect(page.locator("#answer")).to_have_value("Noch nicht gesendet")


def test_what_the_visitor_writes_appears_without_a_reload(desk: Desk, enter: Enter) -> None:
    number = desk.open_case(conversation="web:live").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    page.locator("#claim").click()
    page.locator("#answer").fill("Halb geschrieben")
    log = page.locator("#log")
    before = log.locator(".message").count()
    said = "<b>Noch eine Frage</b>"
    desk.store.write(lambda db: history.append(db, "web:live", [history.Draft("visitor", "de", said)]))
    expect(log.locator(".message").nth(before)).to_contain_text(said, timeout=10_000)
    expect(log.locator("b")).to_have_count(0)
    expect(page.locator("#answer")).to_have_value("Halb geschrieben")


def test_whoever_comes_second_reads_who_has_the_case_and_keeps_the_text(
    desk: Desk, enter: Enter, come: Callable[[str], Person]
) -> None:
    t = words("de")
    number = desk.open_case(conversation="web:second").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    page.locator("#claim").click()
    page.locator("#answer").fill("Mein Text")
    come("lea").do(number, "claim")
    expect(page.locator("#alert")).to_contain_text(t["changed_meanwhile"], timeout=10_000)
    expect(page.locator("#head")).to_contain_text("Lea Muster")
    page.locator("#send").click()
    expect(page.locator("#alert")).to_contain_text(t["taken"].format(name="Lea Muster"))
    expect(page.locator("#answer")).to_have_value("Mein Text")


def test_a_lost_connection_is_told_and_the_text_sent_later_once(desk: Desk, enter: Enter) -> None:
    number = desk.open_case(conversation="web:lost").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    page.locator("#claim").click()
    page.locator("#answer").fill("Kommt an")
    page.route("**/messages", lambda route: route.abort())
    page.locator("#send").click()
    expect(page.locator("#alert")).to_have_text(words("de")["offline"])
    expect(page.locator("#answer")).to_have_value("Kommt an")
    page.unroute("**/messages")
    page.locator("#send").click()
    expect(page.locator(".message.staff")).to_have_count(1)
    expect(page.locator("#alert")).to_be_hidden()


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("de", 320, "light"), ("en", 320, "dark"), ("de", 1280, "dark"), ("en", 1280, "light")],
)
def test_accessible_and_nothing_sticks_out(
    desk: Desk, enter: Enter, come: Callable[[str], Person], scheme: str, width: int, language: str
) -> None:
    number = desk.open_case(conversation=f"web:axe-{scheme}-{width}-{language}").number
    page = enter("lea", language, color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    findings: list[tuple[str, str, str]] = []

    def look(path: str) -> None:
        page.goto(f"{desk.url}/desk/{path}")
        found = Axe().run(page).response["violations"]
        findings.extend((path, one["id"], one["nodes"][0]["html"][:120]) for one in found)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        small = page.evaluate(
            "[...document.querySelectorAll('button, select, summary, .sections a')].filter(e => e.offsetParent && "
            "(e.offsetHeight < 24 || e.offsetWidth < 24)).map(e => e.outerHTML.slice(0, 80))"
        )
        assert small == [], path

    look("cases?view=all")
    look(f"cases/{number}")
    page.locator("#claim").click()
    page.wait_for_load_state()
    come("lea").do(number, "note", text="Wirtschaftsförderungsgesellschaften" * 4)
    look(f"cases/{number}")
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    findings.extend(("open", one["id"], one["nodes"][0]["html"][:120]) for one in found)
    look("figures?weeks=52")
    look("nonsense")
    page.context.clear_cookies()
    look("login")
    assert findings == []


def test_nothing_comes_from_elsewhere_and_nothing_is_stored(desk: Desk, enter: Enter) -> None:
    requests: list[str] = []
    page = enter()
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{desk.url}/desk/figures")
    page.goto(f"{desk.url}/desk/cases")
    page.wait_for_timeout(300)
    assert requests and {url.split("/")[2] for url in requests} == {desk.url.split("/")[2]}
    assert page.evaluate("[document.cookie, sessionStorage.length, localStorage.length]") == ["", 0, 0]
