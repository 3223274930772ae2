"""The chat on a page of another website under a strict policy, by keyboard, in its languages; marker `browser`."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from bot.gateway.tables import chat_session
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_widget import LABELS, WIDGET
from tests.browsers import MARKS
from tests.gateway.fake_core import FakeCore, RunningServer

from .conftest import World, answers, focused, make_website, opened, say

EN = WIDGET["en"]
pytestmark = MARKS


@pytest.fixture
def page(web: World, context: BrowserContext) -> Page:
    return web.page(context, "/a/page?lang=en")


def newest_page(world: World) -> str | None:
    query = select(chat_session.c.page).order_by(chat_session.c.created_at.desc()).limit(1)
    found: str | None = world.live.store.read(lambda db: db.execute(query).scalar_one())
    return found


def test_nothing_of_the_chat_is_loaded_stored_or_read_before_it_is_opened(web: World, context: BrowserContext) -> None:
    context.add_init_script(
        "window.touched = []; for (const name of ['getItem', 'setItem']) { const own = Storage.prototype[name];"
        "Storage.prototype[name] = function (...a) { window.touched.push(name); return own.apply(this, a); }; }"
    )
    page = web.page(context)
    expect(page.locator("#launcher")).to_contain_text(LABELS["en"]["launcher"])
    page.wait_for_load_state("networkidle")
    server = web.live.server.url
    ours = [url.removeprefix(server) for url in web.requests if url.startswith(server)]
    assert [re.sub(r"[0-9a-f]{16}", "V", url) for url in ours] == ["/widget.js", "/static/V/widget.js"]
    assert page.evaluate("[window.touched, document.cookie, sessionStorage.length, localStorage.length]") == [
        [],
        "",
        0,
        0,
    ]
    opened(page)
    stored = page.evaluate("[Object.keys(sessionStorage), localStorage.length, document.cookie]")
    assert stored == [["ccc-chat"], 0, ""]
    assert {url.split("/")[2] for url in web.requests} == {server.split("/")[2], web.website.split("/")[2]}


def test_the_notice_comes_before_the_first_input_and_the_page_is_told_of(web: World, page: Page) -> None:
    page.locator("#launcher").click()
    expect(page.locator("#notice")).to_contain_text("automated assistant (AI), not with a person")
    expect(page.locator("#notice a")).to_have_attribute("href", "https://example.org/privacy")
    expect(page.locator("#input")).to_be_hidden()
    page.locator("#start").click()
    answers(page, 1)
    assert newest_page(web) == f"{web.website}/a/page"


def test_a_website_that_is_not_on_the_list_gets_no_chat(web: World, context: BrowserContext) -> None:
    site = RunningServer(make_website(web.live.server.url))
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if "CORS" in line.text else None)
    page.goto(site.url)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("customElements.get('ccc-chat') === undefined")
    assert len(refused) == 1
    site.stop()


def test_the_keyboard_opens_closes_and_finds_its_way_back(page: Page) -> None:
    page.get_by_role("button", name="Something else").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "launcher"
    page.keyboard.press("Enter")
    expect(page.locator("#start")).to_be_focused()
    expect(page.locator("#launcher")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#launcher")).to_be_focused()
    expect(page.locator("#launcher")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.locator("#start")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#input")).to_be_focused()
    page.locator("#delete").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    expect(page.locator("#panel")).to_be_visible()
    expect(page.locator("#delete")).to_be_focused()
    page.locator("#hide").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#launcher")).to_be_focused()


def test_tab_goes_through_the_chat_in_the_order_of_the_eye(page: Page) -> None:
    opened(page)
    page.locator("#language").focus()
    order = []
    for _ in range(10):
        order.append(focused(page) or page.evaluate("document.activeElement.shadowRoot.activeElement.className"))
        page.keyboard.press("Tab")
    assert order == [
        "language", "hide", "log", "choice", "choice", "choice", "input", "send", "person", "download",
    ]  # fmt: skip


def test_on_a_small_screen_the_page_behind_is_out_of_reach(chromium: Browser, web: World) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    page = web.page(context)
    opened(page)
    reached = set()
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.localName"))
    assert reached <= {"ccc-chat", "body"}
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#launcher")).to_be_focused()
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_page(web: World, context: BrowserContext, language: str) -> None:
    page = web.page(context, f"/?lang={language}-XX")
    expect(page.locator("#label")).to_have_text(LABELS[language]["launcher"])
    greeting = opened(page)
    expect(greeting).to_have_attribute("lang", language)
    expect(page.locator("#title")).to_have_text(WIDGET[language]["chat_title"])


def test_an_unknown_language_of_the_page_gives_way_to_the_browser_s(web: World, context: BrowserContext) -> None:
    page = web.page(context, "/?lang=fr")
    expect(page.locator("#label")).to_have_text(LABELS["en"]["launcher"])


def test_the_language_chosen_in_the_chat_is_that_of_window_and_answers(page: Page, core: FakeCore) -> None:
    page.evaluate("document.addEventListener('ccc-language', (event) => { window.spoken = event.detail.language; })")
    opened(page)
    core.language = core.fixed_language = "de"
    page.locator("#language").select_option("de")
    expect(page.locator("#title")).to_have_text(WIDGET["de"]["chat_title"])
    expect(page.locator("#launcher")).to_have_attribute("lang", "de")
    expect(answers(page, 2)).to_have_attribute("lang", "de")
    assert core.turns[-1]["text"] == WIDGET["de"]["language_message"]
    assert page.evaluate("window.spoken") == "de"
    expect(page.locator(".message.assistant .author").first).to_have_text(WIDGET["de"]["assistant"])


def test_when_the_chat_cannot_be_loaded_the_button_says_so_and_can_be_tried_again(
    web: World, context: BrowserContext, page: Page
) -> None:
    page.route("**/chat.js", lambda route: route.abort())
    page.locator("#launcher").click()
    expect(page.locator("#label")).to_have_text(LABELS["en"]["failed"])
    expect(page.locator("#launcher")).to_be_visible()


def test_the_page_can_open_close_ask_and_listen(page: Page, core: FakeCore) -> None:
    page.evaluate(
        "window.heard = []; for (const name of ['open', 'close', 'message', 'state', 'unread', 'error'])"
        "document.addEventListener(`ccc-${name}`, ({ type, detail }) => window.heard.push([type, detail]))"
    )
    page.evaluate("document.querySelector('ccc-chat').ask('Where is Luzhou?')")
    page.locator("#start").click()
    expect(answers(page, 2)).to_contain_text("You said: Where is Luzhou?")
    page.evaluate("document.querySelector('ccc-chat').ask('And Herne?')")
    expect(answers(page, 3)).to_contain_text("You said: And Herne?")
    page.evaluate("document.querySelector('ccc-chat').hide()")
    expect(page.locator("#panel")).to_be_hidden()
    page.evaluate("document.querySelector('ccc-chat').open = true")
    expect(page.locator("#panel")).to_be_visible()
    heard = page.evaluate("window.heard")
    assert [name for name, _ in heard if name in ("ccc-open", "ccc-close")] == ["ccc-open", "ccc-close", "ccc-open"]
    said = [detail for name, detail in heard if name == "ccc-message"]
    assert said
    assert all(set(detail) == {"id", "author", "language"} for detail in said), "what is said is nobody else's"


def test_the_page_s_own_styles_do_not_reach_into_the_chat_but_its_properties_do(
    web: World, context: BrowserContext
) -> None:
    page = web.page(context)
    page.evaluate(
        "const sheet = new CSSStyleSheet(); sheet.replaceSync('html { font-size: 50%; line-height: 3; letter-spacing: .5em;"
        " text-transform: uppercase; } ccc-chat { --ccc-accent: rgb(163, 18, 58); --ccc-width: 20em; }');"
        "document.adoptedStyleSheets = [sheet];"
    )
    opened(page)
    style = page.locator(".message .bubble").first.evaluate(
        "(node) => { const s = getComputedStyle(node); return [s.fontSize, s.letterSpacing, s.textTransform]; }"
    )
    assert style == ["16px", "normal", "none"]
    assert page.locator("#send").evaluate("(node) => getComputedStyle(node).backgroundColor") == "rgb(163, 18, 58)"
    assert page.locator("#panel").evaluate("(node) => node.offsetWidth") == 320


def test_slots_put_the_website_s_own_words_in_place(web: World, context: BrowserContext) -> None:
    inner = "<span slot=title>City of Herne</span><p slot=intro>Welcome</p><span slot=launcher>Fragen</span>"
    page = web.page(context, f"/?inner={inner}")
    expect(page.get_by_role("button", name="Fragen")).to_be_visible()
    page.locator("#launcher").click()
    expect(page.get_by_role("dialog", name="City of Herne")).to_be_visible()
    expect(page.get_by_text("Welcome")).to_be_visible()


def test_an_element_that_is_moved_keeps_its_chat(page: Page) -> None:
    opened(page)
    page.evaluate("document.querySelector('main').prepend(document.querySelector('ccc-chat'))")
    page.evaluate("document.querySelector('ccc-chat').show()")
    say(page, "moved")
    expect(answers(page, 2)).to_contain_text("moved")


def test_the_demo_website_works_under_its_policy(web: World, context: BrowserContext) -> None:
    page = web.page(context, website=web.demo)
    page.get_by_role("button", name="Ask about Luzhou").click()
    page.locator("#start").click()
    expect(answers(page, 2)).to_contain_text("You said: What is Luzhou?")
    expect(page.locator("#events li").first).to_have_text(re.compile("ccc-open"))
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("#title")).to_have_text(WIDGET["de"]["chat_title"])
