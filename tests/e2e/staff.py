"""People at the desk of a running copy: accounts as operators make them, a browser without scripts, and cases to work on."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from typing import Any

import httpx

from bot.handoff.opening import open_case
from bot.handoff.records import Contact, Request
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.partners.queries import desks
from bot.settings import ROOT, process_environment
from bot.store import Store

from .copies import Copy

PASSWORD = "a password for this test only"


def add_account(copy: Copy, login: str, name: str, *options: str) -> str:
    """The login of an account made on the command line."""
    command = [sys.executable, "-m", "bot", "desk", "add-user", login, "--name", name, "--password-stdin", *options]
    made = subprocess.run(
        command, input=f"{PASSWORD}\n", cwd=ROOT, text=True, check=False, timeout=180, capture_output=True,
        env=process_environment() | {"VAR_DIR": str(copy.var_dir)},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return login


def case_for(copy: Copy, conversation: str, language: str, question: str = "?", email: str | None = None) -> str:
    """The number of a case of a conversation, opened as the action server does it."""
    store, vault = Store(f"sqlite:///{copy.var_dir / 'assistant.db'}"), Vault([copy.secret("CASE_KEY")])
    data = read_handoff(ROOT / "data" / "handoff")
    reach: Any = "email" if email else "chat"
    wanted = Request(conversation, uuid.uuid4().hex, language, Contact(question, email), reach=reach)
    try:
        return store.run(
            lambda db: open_case(db, vault, wanted, route(data, desks(db), [], language), desks(db)).case.number
        )
    finally:
        store.close()


class Member:
    """A member of staff at the desk's pages, by HTTP."""

    def __init__(self, copy: Copy, login: str, name: str) -> None:
        add_account(copy, login, name)
        self.http = httpx.Client(base_url=copy.url, timeout=90, trust_env=False, follow_redirects=True)
        csrf = self._csrf(self.http.get("/desk/login").text)
        page = self.http.post("/desk/login", data={"csrf": csrf, "login": login, "password": PASSWORD})
        assert page.status_code == 200 and "/desk/cases" in str(page.url), page.text

    def do(self, number: str, what: str, **fields: str) -> httpx.Response:
        page = self.http.get(f"/desk/cases/{number}")
        version = re.search(r'name="version" value="(\d+)"', page.text)
        known = {"csrf": self._csrf(page.text), "version": version.group(1) if version else ""}
        answer = self.http.post(f"/desk/cases/{number}/{what}", data=known | fields)
        assert answer.status_code < 400, answer.text
        return answer

    def say(self, number: str, text: str) -> None:
        self.do(number, "messages", text=text, id=str(uuid.uuid4()))

    @staticmethod
    def _csrf(page: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found, page
        return found.group(1)
