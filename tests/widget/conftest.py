"""Another website that embeds the chat of a gateway with a fake core, and browsers to visit it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.channels.web.demo.site import make_site
from bot.partners.loader import load
from bot.settings import ROOT, Settings
from bot.store import Store
from tests.browsers import (
    MILLISECONDS,
    chromium,  # noqa: F401 (fixture)
)
from tests.gateway.conftest import CASE_KEY, build_settings, core, core_server  # noqa: F401 (fixtures)
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.gateway.live import Live
from tests.waiting import free_port

NO_LIMITS = dict.fromkeys(
    ("messages_per_10_seconds", "messages_per_minute", "sessions_per_minute", "reads_per_minute"), 1_000_000
)
STRICT = "default-src 'none'; script-src {server}; connect-src {server}"
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Example</title><script type="module" src="{server}/widget.js"></script></head>
<body><main><h1>Example</h1><p><button>Something else</button></p>{text}</main>
<ccc-chat {attributes}>{inner}</ccc-chat></body></html>"""


def make_website(server: str) -> Starlette:
    """Any address is a page with the chat; its query tells language, attributes, what is inside, and more text."""

    async def show(request: Request) -> Response:
        query = request.query_params
        attributes = " ".join(
            f'{name}="{escape(value)}"' for name, value in query.items() if name not in ("lang", "inner", "text")
        )
        html = PAGE.format(
            server=server,
            lang=escape(query.get("lang", "en")),
            attributes=attributes,
            inner=query.get("inner", ""),
            text=query.get("text", ""),
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": STRICT.format(server=server)})

    return Starlette(routes=[Route("/{path:path}", show)])


@dataclass
class World:
    """The gateway, a website on its list of allowed ones, and what went wrong in the browser."""

    live: Live
    website: str
    demo: str
    troubles: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def page(self, context: BrowserContext, path: str = "/", website: str | None = None) -> Page:
        """A tab on the website that notes errors and requests."""
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda line: self.troubles.append(line.text) if _is_trouble(line) else None)
        page.on("dialog", lambda dialog: self.troubles.append(dialog.message))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(f"{website or self.website}{path}")
        return page


def _is_trouble(line: Any) -> bool:
    return line.type == "error" and "Failed to load resource" not in line.text


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A gateway's settings, the project's own knowledge loaded."""
    settings = build_settings(tmp_path_factory.mktemp("explore"), 1)
    store = Store(settings.database)
    assert not load(store, settings.knowledge_dir, {}).refused
    store.close()
    return settings


@pytest.fixture(scope="module")
def world(core_server: tuple[FakeCore, RunningServer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:  # noqa: F811
    port, demo_port = free_port(), free_port()
    settings = build_settings(
        tmp_path_factory.mktemp("widget"),
        core_server[1].port,
        allowed_origins=f"http://127.0.0.1:{port}, http://127.0.0.1:{demo_port}",
        case_key=SecretStr(CASE_KEY),
        privacy_url="https://example.org/privacy",
        streams_per_session=8,
        **NO_LIMITS,
    )
    live = Live(settings)
    site = RunningServer(make_website(live.server.url), port=port)
    demo = RunningServer(make_site(live.server.url), port=demo_port)
    yield World(live, site.url, demo.url)
    demo.stop()
    site.stop()
    live.stop()


@pytest.fixture
def web(world: World, core: FakeCore) -> Iterator[World]:  # noqa: F811
    """The world, and afterwards no error in any tab."""
    world.troubles.clear()
    world.requests.clear()
    yield world
    assert world.troubles == []


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:  # noqa: F811
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(MILLISECONDS)
    yield context
    context.close()


@pytest.fixture(scope="session")
def picture() -> Callable[[Page, str], None]:
    """Keeps a picture for looking at after the run."""
    folder = ROOT / "screenshots" / "widget"
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=Path(folder) / f"{name}.png")

    return take


def opened(page: Page) -> Locator:
    """Open the chat and start it; the greeting's article."""
    page.locator("#launcher").click()
    page.locator("#start").click()
    greeting = page.locator(".message.assistant").first
    expect(greeting).to_be_visible()
    return greeting


def say(page: Page, text: str) -> None:
    page.locator("#input").fill(text)
    page.locator("#input").press("Enter")


def answers(page: Page, count: int) -> Locator:
    """The last of as many messages of the assistant."""
    messages = page.locator(".message.assistant")
    expect(messages).to_have_count(count)
    return messages.last


def focused(page: Page) -> str:
    """The id of what has the focus, inside the chat or outside of it."""
    return str(page.evaluate("(document.activeElement.shadowRoot?.activeElement ?? document.activeElement).id"))


def is_accessible(page: Page, *, besides: str = "") -> None:
    """Axe finds nothing, `besides` a rule that cannot be judged in this state, and nothing sticks out."""
    found = [rule for rule in Axe().run(page).response["violations"] if rule["id"] != besides]
    assert [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sticking_out = page.evaluate(
        "[...document.querySelector('ccc-chat').shadowRoot.querySelectorAll('#panel *')].filter((node) => {"
        "const box = node.getBoundingClientRect(); return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1); })"
        ".map((node) => node.outerHTML.slice(0, 80))"
    )
    assert sticking_out == []
