"""A gateway that runs: what the operator may ask of it and nobody else, limits of webhooks and logins, a lost key."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.gateway import operator, tombstones
from bot.gateway.app import create_app
from bot.operation.erasing import NotErased, erase
from bot.replies.problems import LANGUAGES, problem_text
from bot.store import Store, StoreUnavailable
from tests.gateway.conftest import CASE_KEY, build_settings, core_server  # noqa: F401 (a fixture)
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.gateway.live import Live

from .conftest import CORE_TABLES

BODY = {"conversation": "web:nobody"}


@pytest.fixture
def live(core_server: tuple[FakeCore, RunningServer], tmp_path: Path) -> Iterator[Live]:  # noqa: F811
    core_server[0].__init__()  # type: ignore[misc]
    running = Live(
        build_settings(
            tmp_path, core_server[1].port, case_key=SecretStr(CASE_KEY), logins_per_minute=3, webhook_calls_per_minute=2
        )
    )
    yield running
    running.stop()


def knock(live: Live, **headers: str) -> int:
    return live.http.post(operator.ERASE_PATH, json=BODY, headers=headers).status_code


def test_to_everybody_but_the_operator_the_door_does_not_exist(live: Live) -> None:
    right = {"Authorization": f"Bearer {operator.token(live.gateway.settings)}"}
    assert knock(live, **right) == 204
    refused = [
        {}, {"Authorization": "Bearer"}, {"Authorization": f"Bearer {'a' * 64}"},
        {"Authorization": f"Bearer {live.gateway.settings.core_secret.get_secret_value()}"},
        *({**right, name: "127.0.0.1"} for name in operator.FORWARDED),
    ]  # fmt: skip
    assert [knock(live, **headers) for headers in refused] == [404] * len(refused)
    missing = live.http.post("/operator/nothing", json=BODY).json()
    assert live.http.post(operator.ERASE_PATH, json=BODY).json() == missing
    for method in operator.METHODS:
        answers = [live.http.request(method, path) for path in (operator.ERASE_PATH, "/operator/nothing")]
        assert answers[0].status_code == answers[1].status_code == 404 and answers[0].content == answers[1].content
    for body in (b"", b"[]", b"{", b'{"conversation": ""}', b'{"conversation": 5}'):
        assert live.http.post(operator.ERASE_PATH, content=body, headers=right).status_code == 400


def test_erasing_through_the_gateway_reaches_the_transcripts_of_a_core_that_cannot_do_it(live: Live) -> None:
    chat = live.chat()
    chat.say("Canary-7c")
    conversation = live.conversation(chat)
    transcripts = Store(live.gateway.settings.tracker)
    for statement in CORE_TABLES:
        transcripts.write(lambda db, s=statement: db.execute(text(s)))  # type: ignore[misc]
    row = {"c": conversation}
    transcripts.write(lambda db: db.execute(text("INSERT INTO conversations VALUES (:c, 1, 'Canary-7c', 0)"), row))
    settings = live.gateway.settings.model_copy(update={"port": live.server.port})
    assert erase(settings, live.store, conversation) == "gateway"
    assert transcripts.read(lambda db: db.scalar(text("SELECT count(*) FROM conversations"))) == 0
    transcripts.close()
    files = [path for path in settings.var_dir.rglob("*") if path.is_file()]
    assert not [path.name for path in files if b"Canary-7c" in path.read_bytes()]
    assert tombstones.digest(conversation) in tombstones.read(settings.var_dir / tombstones.FILE)
    assert chat.say("again").json()["code"] == "session_ended"


def test_a_visitor_who_erases_the_chat_erases_what_the_core_remembers(live: Live) -> None:
    asked: list[str] = []

    async def remember(conversation: str, seconds: float) -> bool:
        asked.append(conversation)
        return True

    live.gateway.memory._core.erase = remember  # type: ignore[method-assign]
    chat = live.chat()
    conversation = live.conversation(chat)
    assert chat.http.delete("/api/session", headers=chat.headers).status_code == 204
    assert asked == [conversation]


def test_while_the_transcripts_are_away_nothing_is_said_to_be_erased(live: Live) -> None:
    def away(conversations: object) -> int:
        raise StoreUnavailable("OperationalError")

    live.gateway.memory.transcripts.forget = away  # type: ignore[method-assign]
    chat = live.chat()
    assert chat.http.delete("/api/session", headers=chat.headers).json()["code"] == "store_away"
    assert chat.history()
    assert tombstones.read(live.gateway.settings.var_dir / tombstones.FILE) == {}


def test_another_gateway_at_the_port_is_not_asked_twice(live: Live) -> None:
    other = live.gateway.settings.model_copy(update={"port": live.server.port, "session_key": SecretStr("x" * 40)})
    with pytest.raises(NotErased, match="Another program"):
        erase(other, live.store, "web:one")


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_a_lost_case_key_the_export_says_so_instead_of_failing(live: Live, language: str) -> None:
    chat = live.chat(language)
    live.open(chat, email="anna@example.org")
    assert chat.http.get("/api/export", headers=chat.headers).json()["cases"][0]["email"] == "anna@example.org"
    lost = live.gateway.settings.model_copy(update={"case_key": SecretStr("another-key-" * 4)})
    server = RunningServer(create_app(lost))
    answer = httpx.get(f"{server.url}/api/export", headers=chat.headers, timeout=20, trust_env=False)
    server.stop()
    assert (answer.status_code, answer.json()["code"]) == (503, "contact_data_sealed")
    assert answer.json()["detail"] == problem_text("contact_data_sealed", language)


def test_webhooks_are_limited_by_address_before_anything_is_read(live: Live) -> None:
    answers = [live.http.post("/hooks/chatwoot", content=b"{}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert live.http.get("/healthz").status_code == 200


def test_passwords_are_limited_by_address_whoever_they_are_for(live: Live) -> None:
    with httpx.Client(base_url=live.server.url, timeout=20, trust_env=False) as http:
        form = re.search(r'name="csrf" value="([^"]+)"', http.get("/desk/login").text)
        assert form
        statuses = []
        for number in range(4):
            fields = {"login": f"person-{number}", "password": "x" * 12, "csrf": form.group(1)}
            statuses.append(http.post("/desk/login", data=fields).status_code)
    assert statuses == [403, 403, 403, 429]
    assert live.http.get("/desk/login").status_code == 200


def test_the_caretaker_deletes_what_is_old(live: Live) -> None:
    chat, young = live.chat(), live.chat()
    conversation = live.conversation(chat)
    old = "UPDATE chat_session SET created_at = '2020-01-01', expires_at = '2020-01-02' WHERE conversation = :c"
    live.store.write(lambda db: db.execute(text(old), {"c": conversation}))
    aged = "UPDATE chat_message SET at = '2020-01-01' WHERE conversation = :c"
    live.store.write(lambda db: db.execute(text(aged), {"c": conversation}))
    live.call(live.gateway.caretaker.purge())
    assert live.store.read(lambda db: db.scalar(text("SELECT count(*) FROM chat_session"))) == 1
    assert young.history()
