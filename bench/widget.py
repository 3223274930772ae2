"""Measures the chat window: first reply, a member of staff's message, and many visitors at once; `python -m bench.widget`."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright
from pydantic import SecretStr
from rich.console import Console

from tests.gateway.conftest import CASE_KEY, build_settings
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.gateway.live import Live
from tests.running import running_copy

NO_LIMITS = dict.fromkeys(
    ("SESSIONS_PER_MINUTE", "MESSAGES_PER_10_SECONDS", "MESSAGES_PER_MINUTE", "READS_PER_MINUTE"), "1000000"
)
FLAGS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
QUESTIONS = ("Who are the partners?", "Was ist Innobanx?", "泸州在哪里？", "When did the twinning begin?")
PAUSE_SECONDS = 2.0  # between a reply and the next question, as people do at the least
STREAM_SECONDS = 30.0  # an answer that has not come by the stream then is lost
FIRST_REPLY = """async (question) => {
  const chat = document.querySelector("ccc-chat");
  const root = chat.shadowRoot;
  await chat.ask(question);
  const begun = performance.now();
  const seen = new Promise((done) => new MutationObserver(() => {
    if (root.querySelectorAll(".message.assistant").length > 1) requestAnimationFrame(() => done(performance.now() - begun));
  }).observe(root.getElementById("log"), { childList: true }));
  root.getElementById("start").click();
  return seen;
}"""
WATCH_STAFF = """() => {
  const log = document.querySelector("ccc-chat").shadowRoot.getElementById("log");
  window.seen = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes)
      if (node.classList.contains("staff")) requestAnimationFrame(() => window.seen.push(Date.now()));
  }).observe(log, { childList: true });
}"""

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def browser_page(url: str) -> Iterator[Page]:
    """A tab on the assistant's page, with a chat to be started."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(bypass_csp=True)  # the measuring script waits for conditions inside the page
        page.goto(f"{url}/?lang=en")
        page.locator("#start").wait_for()
        yield page
        browser.close()


def first_replies(url: str, count: int) -> list[float]:
    """Milliseconds from the press on "Start" to the first answer on the screen: session, question, answer."""
    taken = []
    with browser_page(url) as page:
        for number in range(count):
            page.context.clear_cookies()
            page.evaluate("sessionStorage.clear(); history.replaceState(null, '')")
            page.reload()
            page.locator("#start").wait_for()
            taken.append(float(page.evaluate(FIRST_REPLY, QUESTIONS[number % len(QUESTIONS)])))
    return taken


def staff_messages(count: int) -> list[float]:
    """Milliseconds from a member of staff's "send" to the message on the visitor's screen."""
    core = RunningServer(FakeCore().app())
    with tempfile.TemporaryDirectory() as folder:
        live = Live(build_settings(Path(folder), core.port, case_key=SecretStr(CASE_KEY)))
        taken = []
        with browser_page(live.server.url) as page:
            page.locator("#start").click()
            page.locator(".message.assistant").wait_for()
            token = page.evaluate("sessionStorage.getItem('ccc-chat')")
            known: Any = type("Known", (), {"opened": {"token": token}})
            case = live.with_person(known)
            page.evaluate(WATCH_STAFF)
            for number in range(count):
                begun = time.time() * 1000
                live.call(live.staff.write(case.number, "anna", f"Message {number}", f"m-{number}", name="Anna"))
                page.wait_for_function(f"window.seen.length > {number}")
                taken.append(float(page.evaluate(f"window.seen[{number}]")) - begun)
        live.stop()
    core.stop()
    return taken


async def many_visitors(url: str, visitors: int, messages: int) -> tuple[list[float], list[str]]:
    """Visitors with an open stream each, who ask one after the other; milliseconds per answer, and what failed."""
    taken: list[float] = []
    failed: list[str] = []
    limits = httpx.Limits(max_connections=2 * visitors + 20, max_keepalive_connections=2 * visitors)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:

        async def visit(number: int) -> None:
            await asyncio.sleep(PAUSE_SECONDS * number / visitors)
            opened = await client.post("/api/session", json={"language": "en", "notice_accepted": True})
            opened.raise_for_status()
            headers = {"Authorization": f"Bearer {opened.json()['token']}"}
            heard: set[str] = set()
            listening = asyncio.create_task(listen(headers, heard))
            told: set[str] = set()
            for turn in range(messages):
                begun = time.perf_counter()
                body = {"id": str(uuid.uuid4()), "text": QUESTIONS[(number + turn) % len(QUESTIONS)]}
                answer = await client.post("/api/messages", json=body, headers=headers)
                answer.raise_for_status()
                taken.append((time.perf_counter() - begun) * 1000)
                told |= {message["id"] for message in answer.json()["messages"]}
                await asyncio.sleep(PAUSE_SECONDS)
            deadline = time.monotonic() + STREAM_SECONDS
            while not told <= heard and time.monotonic() < deadline:
                await asyncio.sleep(0.1)
            listening.cancel()
            if not told <= heard:
                failed.append("an answer did not come by the stream")

        async def listen(headers: dict[str, str], heard: set[str]) -> None:
            async with client.stream("GET", "/api/stream", headers=headers, timeout=None) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("data:") and '"id"' in line:
                        heard.add(json.loads(line.removeprefix("data:"))["id"])

        for result in await asyncio.gather(*(visit(n) for n in range(visitors)), return_exceptions=True):
            if isinstance(result, BaseException):
                failed.append(repr(result))
    return taken, failed


def line(name: str, taken: list[float]) -> None:
    """Median and 95th percentile."""
    ordered = sorted(taken)
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    console.print(f"{name}: median {statistics.median(ordered):.0f} ms, 95 % within {late:.0f} ms ({len(ordered)})")


def main() -> None:
    """Everything on a copy of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--messages", type=int, default=5)
    parser.add_argument("--count", type=int, default=30)
    options = parser.parse_args()
    line("member of staff's message on the screen", staff_messages(options.count))
    with running_copy(**NO_LIMITS) as url:
        first_replies(url, len(QUESTIONS))  # warm
        line("first reply on the screen", first_replies(url, options.count))
        taken, failed = asyncio.run(many_visitors(url, options.visitors, options.messages))
        line(f"answer with {options.visitors} visitors at once", taken)
    console.print(f"failed: {len(failed)} {failed[:3]}")


if __name__ == "__main__":
    main()
