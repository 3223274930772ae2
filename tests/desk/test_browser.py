"""The desk in a real browser: by keyboard, on a phone, in light and dark, with two people at once; marker `browser`."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from bot.gateway import history
from bot.replies.desk import words
from tests import browsers
from tests.browsers import MARKS
from tests.waiting import until

from .conftest import PASSWORD, Desk, Person

pytestmark = [*MARKS, pytest.mark.parametrize("desk", ["sqlite"], indirect=True)]
LANGUAGES = ("de", "en")
Enter = Callable[..., Page]


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
            expect(page.locator("html")).to_have_attribute("lang", language)
        page.wait_for_load_state("load")
        return page

    yield go
    for context in contexts:
        context.close()
    assert troubles == []


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus, which must be seen."""
    browsers.tab_to(page, selector)
    expect(page.locator(f"{selector}:focus")).to_have_css("outline-width", "3px")


def claim(page: Page) -> None:
    """Take the case; done when the page that follows is there with its script, without which a form is a page of its own."""
    page.locator("#claim").click()
    expect(page.locator("#composer")).to_be_visible()
    page.wait_for_load_state("load")


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
    expect(page.locator("#composer")).to_be_visible()
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


def test_what_was_sent_takes_nobody_back_to_the_answer(desk: Desk, enter: Enter) -> None:
    number = desk.open_case(conversation="web:elsewhere").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    claim(page)
    held: list[Route] = []
    page.route("**/messages", lambda route: held.append(route))
    page.locator("#answer").fill("Die Delegation fährt im Mai.")
    page.locator("#send").click()
    expect(page.locator("#answer")).to_be_focused()
    tab_to(page, "details:has(#reason) > summary")
    held[0].continue_()
    expect(page.locator("#answer")).to_have_value("")
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("details:has(#reason) > summary")).to_be_focused()


def test_a_new_case_appears_by_itself_and_in_the_title(desk: Desk, enter: Enter) -> None:
    page = enter("tom")
    before = page.locator("tr.is-waiting").count()
    number = desk.open_case(conversation="web:appears", topic="trade").number
    expect(page.locator(f'tr[data-number="{number}"]')).to_be_visible()
    expect(page).to_have_title(f"({before + 1}) {words('de')['cases']} – {words('de')['organisation']}")
    expect(page.locator("#live")).to_have_text(words("de")["new_case"])
    expect(page.locator("#count-number")).to_have_text(str(before + 1))


def test_without_events_the_page_asks_every_quarter_of_a_minute(desk: Desk, enter: Enter) -> None:
    page = enter("tom")
    page.context.route("**/desk/events", lambda route: route.abort())
    page.clock.install()
    page.goto(f"{desk.url}/desk/cases")
    number = desk.open_case(conversation="web:polled", topic="trade").number
    row = page.locator(f'tr[data-number="{number}"]')
    expect(row).to_have_count(0)

    def seen_a_quarter_later() -> bool:
        page.clock.run_for(16_000)
        return row.is_visible()

    until(seen_a_quarter_later)


def test_a_login_that_is_over_is_told_and_the_text_stays(desk: Desk, enter: Enter) -> None:
    number = desk.open_case(conversation="web:over").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    claim(page)
    page.locator("#answer").fill("Noch nicht gesendet")
    page.context.clear_cookies()
    page.locator("#send").click()
    expect(page.locator("#alert")).to_have_text(words("de")["signed_out"])
    expect(page.locator("#answer")).to_have_value("Noch nicht gesendet")


def test_what_the_visitor_writes_appears_without_a_reload(desk: Desk, enter: Enter) -> None:
    number = desk.open_case(conversation="web:live").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    claim(page)
    page.locator("#answer").fill("Halb geschrieben")
    log = page.locator("#log")
    before = log.locator(".message").count()
    said = "<b>Noch eine Frage</b>"
    desk.store.write(lambda db: history.append(db, "web:live", [history.Draft("visitor", "de", said)]))
    expect(log.locator(".message").nth(before)).to_contain_text(said)
    expect(log.locator("b")).to_have_count(0)
    expect(page.locator("#answer")).to_have_value("Halb geschrieben")


def test_whoever_comes_second_reads_who_has_the_case_and_keeps_the_text(
    desk: Desk, enter: Enter, come: Callable[[str], Person]
) -> None:
    t = words("de")
    number = desk.open_case(conversation="web:second").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    claim(page)
    page.locator("#answer").fill("Mein Text")
    come("lea").do(number, "claim")
    expect(page.locator("#alert")).to_contain_text(t["changed_meanwhile"])
    expect(page.locator("#head")).to_contain_text("Lea Muster")
    page.locator("#send").click()
    expect(page.locator("#alert")).to_contain_text(t["taken"].format(name="Lea Muster"))
    expect(page.locator("#answer")).to_have_value("Mein Text")


def test_a_lost_connection_is_told_and_the_text_sent_later_once(desk: Desk, enter: Enter) -> None:
    number = desk.open_case(conversation="web:lost").number
    page = enter()
    page.goto(f"{desk.url}/desk/cases/{number}")
    claim(page)
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
    claim(page)
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
    with page.expect_response("**/desk/events"):
        page.goto(f"{desk.url}/desk/cases")
    assert requests and {url.split("/")[2] for url in requests} == {desk.url.split("/")[2]}
    assert page.evaluate("[document.cookie, sessionStorage.length, localStorage.length]") == ["", 0, 0]
