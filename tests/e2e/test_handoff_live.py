"""A visitor and a member of staff through the real processes, each of which dies while they talk."""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.handoff.opening import open_case
from bot.handoff.outbox import rows
from bot.handoff.reading import get_case
from bot.handoff.records import Contact, Request
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.partners.queries import desks
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import LINES, RATINGS
from bot.settings import ROOT, process_environment
from bot.store import Store

from .copies import Copy, Visitor, started, until

PASSWORD = "a password for this test only"
WHERE = {"en": "Where is Konin?", "de": "Wo liegt Konin?", "zh": "科宁在哪里？"}
HELLO = {"en": "Are you there", "de": "Sind Sie da", "zh": "有人吗"}
KONIN = {"en": "Poland|Polish", "de": "Polen|polnisch", "zh": "波兰"}
RESTARTED = 60


class Member:
    """A member of staff at the desk's pages, by HTTP."""

    def __init__(self, copy: Copy, login: str, name: str) -> None:
        command = [sys.executable, "-m", "bot", "desk", "add-user", login, "--name", name, "--password-stdin"]
        subprocess.run(
            command, input=f"{PASSWORD}\n", cwd=ROOT, text=True, check=True, timeout=60, capture_output=True,
            env=process_environment() | {"VAR_DIR": str(copy.var_dir)},
        )  # fmt: skip
        self.http = httpx.Client(base_url=copy.url, timeout=20, trust_env=False, follow_redirects=True)
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


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy that these tests may harm."""
    with started(
        tmp_path_factory.mktemp("live"), DESK_CONTACTS='{"centre-general": {"email": "d@example.org"}}'
    ) as copy:
        yield copy


@pytest.fixture(scope="module")
def anna(own: Copy) -> Member:
    return Member(own, "anna", "Anna")


@pytest.fixture
def store(own: Copy) -> Iterator[Store]:
    store = Store(f"sqlite:///{own.var_dir / 'assistant.db'}")
    yield store
    store.close()


def opened(copy: Copy, store: Store, visitor: Visitor, email: str | None = None) -> str:
    """The number of a case, opened as the action server does it."""
    vault, data = Vault([copy.secret("CASE_KEY")]), read_handoff(ROOT / "data" / "handoff")
    reach: Any = "email" if email else "chat"
    wanted = Request(visitor.conversation, uuid.uuid4().hex, visitor.language, Contact("?", email), reach=reach)
    return store.run(
        lambda db: open_case(db, vault, wanted, route(data, desks(db), [], wanted.language), desks(db)).case.number
    )


def killed(copy: Copy, name: str) -> None:
    process = copy.process(name)
    process.kill()
    process.wait(20)
    until(lambda: copy.is_ready() or None, RESTARTED)


def persistently(visitor: Visitor, **body: str) -> dict[str, Any]:
    """The answer to one message, sent again with its id until there is one, as the page does."""
    body = {"id": str(uuid.uuid4())} | body

    def once() -> dict[str, Any] | None:
        try:
            answer = visitor.post(**body)
        except httpx.TransportError:
            return None
        return answer.json() if answer.status_code == 200 else None

    return until(once, RESTARTED)


def texts(visitor: Visitor, author: str) -> list[str]:
    return [message["text"] for message in visitor.history() if message["author"] == author]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_lost_or_answered_by_the_assistant_while_every_process_restarts(
    own: Copy, anna: Member, store: Store, language: str
) -> None:
    visitor = Visitor(own, language)
    number = opened(own, store, visitor)
    kept = persistently(visitor, text=HELLO[language])
    assert kept["state"] == "waiting" and [m["author"] for m in kept["messages"]] == ["system"]
    killed(own, "gateway")
    assert persistently(visitor, text=WHERE[language]) == {"state": "waiting", "messages": []}
    anna.do(number, "claim")
    killed(own, "core")
    assert persistently(visitor, text="/restart") == {"state": "human", "messages": []}
    anna.say(number, "1")
    killed(own, "actions")
    killed(own, "gateway")
    anna.say(number, "2")
    assert persistently(visitor, text=WHERE[language]) == {"state": "human", "messages": []}
    assert texts(visitor, "staff") == ["1", "2"]
    assert texts(visitor, "visitor") == [HELLO[language], WHERE[language], "restart", WHERE[language]]
    assert len(texts(visitor, "assistant")) == 1

    anna.do(number, "close", reason="answered")
    question = visitor.history()[-1]
    assert [choice["title"] for choice in question["choices"]] == [titles[language] for titles in RATINGS.values()]
    rated = persistently(visitor, choice=question["choices"][0]["choice"])
    assert rated["messages"][0]["text"] == LINES["rated"][language]
    answer = persistently(visitor, text=WHERE[language])
    assert answer["state"] == "bot" and answer["messages"][0]["author"] == "assistant"
    assert re.search(KONIN[language], answer["messages"][0]["text"])


def test_the_visitor_who_is_away_gets_one_mail_for_each_answer_and_comes_back_by_its_link(
    own: Copy, anna: Member, store: Store
) -> None:
    visitor = Visitor(own, "en")
    number = opened(own, store, visitor, "visitor@example.org")
    anna.do(number, "claim")
    anna.say(number, "The delegation leaves on Monday.")
    killed(own, "gateway")

    def sent() -> list[Path] | None:
        found = [file for file in (own.var_dir / "mail").rglob("*") if file.is_file() and number in file.read_text()]
        return [file for file in found if "#resume" in file.read_text().replace("=\n", "")] or None

    [mail] = until(sent, RESTARTED)
    assert "Monday" in mail.read_text()
    states = [row.state for row in store.read(rows) if number in row.idem_key and row.template == "staff_answer"]
    # Killed between delivery and commit, the relay sends it again under the same Message-ID when the lease has ended.
    assert states in (["sent"], ["sending"])
    assert store.read(lambda db: get_case(db, number)).unanswered_since is None


def test_what_staff_write_reaches_the_visitors_open_window(own: Copy, anna: Member, store: Store) -> None:
    visitor = Visitor(own, "en")
    number = opened(own, store, visitor)
    anna.do(number, "claim")
    last = visitor.history()[-1]["id"]
    with visitor.http.stream("GET", "/api/stream", headers={"Last-Event-ID": last}, timeout=10) as stream:
        lines = stream.iter_lines()
        next(lines)
        anna.say(number, "Hello.")
        assert any("Hello." in line for line in lines)
