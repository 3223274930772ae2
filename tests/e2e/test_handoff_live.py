"""A visitor and a member of staff through the real processes, each of which dies while they talk."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.handoff.outbox import rows
from bot.handoff.reading import get_case
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import LINES, RATINGS
from bot.settings import load_settings
from bot.store import Store

from .copies import Copy, Visitor, started, until
from .staff import Member, case_for

WHERE = {"en": "Where is Konin?", "de": "Wo liegt Konin?", "zh": "科宁在哪里？"}
HELLO = {"en": "Are you there", "de": "Sind Sie da", "zh": "有人吗"}
KONIN = {"en": "Poland|Polish", "de": "Polen|polnisch", "zh": "波兰"}
RESTARTED = 120


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy that these tests may harm."""
    with started(
        tmp_path_factory.mktemp("live"),
        DESK_CONTACTS='{"centre-general": {"email": "d@example.org"}}',
        ANSWER_MAIL_WAIT_SECONDS="10",
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


def killed(copy: Copy, name: str) -> None:
    process = copy.process(name)
    process.kill()
    process.wait(60)
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
    number = case_for(own, visitor.conversation, visitor.language)
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


def test_the_visitor_who_is_away_gets_one_mail_with_all_answers_though_the_gateway_dies_meanwhile(
    own: Copy, anna: Member, store: Store
) -> None:
    visitor = Visitor(own, "en")
    number = case_for(own, visitor.conversation, "en", email="visitor@example.org")
    anna.do(number, "claim")
    anna.say(number, "The delegation leaves on Monday.")
    anna.say(number, "It meets at the station.")
    killed(own, "gateway")

    def sent() -> list[Path] | None:
        found = [file for file in (own.var_dir / "mail").rglob("*.eml") if number in file.read_text()]
        return [file for file in found if "#resume" in file.read_text().replace("=\n", "")] or None

    [mail] = until(sent, RESTARTED)
    body = mail.read_text()
    assert "Monday" in body and "station" in body

    def settled() -> bool:
        found = [row.state for row in store.read(rows) if number in row.idem_key and row.template == "staff_answer"]
        return found == ["sent"]

    # Killed between delivery and commit, the relay sends it again under the same Message-ID when the lease has ended.
    until(settled, 2 * load_settings().outbox_lease_seconds + RESTARTED)
    assert sent() == [mail]
    assert store.read(lambda db: get_case(db, number)).unanswered_since is None


def test_what_staff_write_reaches_the_visitors_open_window(own: Copy, anna: Member, store: Store) -> None:
    visitor = Visitor(own, "en")
    number = case_for(own, visitor.conversation, visitor.language)
    anna.do(number, "claim")
    last = visitor.history()[-1]["id"]
    with visitor.http.stream("GET", "/api/stream", headers={"Last-Event-ID": last}, timeout=90) as stream:
        lines = stream.iter_lines()
        next(lines)
        anna.say(number, "Hello.")
        assert any("Hello." in line for line in lines)
