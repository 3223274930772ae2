"""The system's Chromium for all tests that look at pages: one set of flags, one bound for everything that is waited for."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
MILLISECONDS = 60_000  # a bound for what would otherwise hang; the library's own 5 s is too short beside other tests
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: install the system's chromium package"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module: its event loop would otherwise be in the way of tests that run one of their own."""
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=2 * MILLISECONDS)
        yield browser
        browser.close()


# The chat is an element with a tree of its own, which the document sees as one.
FOCUSED_IS = "s => Boolean((document.activeElement?.shadowRoot ?? document).activeElement?.matches(s))"


def tab_to(page: Page, selector: str, presses: int = 60) -> None:
    """Press Tab until an element has the focus.

    While the next page is loading nothing has it, and a key would be lost: so each press waits for a page that is there.
    """
    expect(page.locator(selector).first).to_be_visible()
    page.wait_for_load_state("load")
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED_IS, selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def at_rest(page: Page) -> None:
    """Returns when nothing on the page moves or fades any more."""
    page.evaluate("() => Promise.all(document.getAnimations().map(a => a.finished.catch(() => null))).then(() => null)")
