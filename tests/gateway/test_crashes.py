"""The gateway's process is killed for real: what was acknowledged is there, and no message is a second turn."""

import contextlib
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.gateway import inbox
from bot.gateway.app import create_app
from bot.gateway.tables import inbox_entry
from bot.settings import ROOT, Settings, process_environment
from bot.store import Store
from tests.postgres import Cluster
from tests.waiting import free_port, until

from .conftest import Chat, build_settings
from .fake_core import FakeCore, RunningServer

Serve = Callable[..., RunningServer]


class GatewayProcess:
    """A gateway as operators start it, on one port and one database through all its starts."""

    def __init__(self, settings: Settings) -> None:
        secrets = ("session_key", "core_secret", "actions_token")
        self.database = settings.database
        self._port = free_port()
        self._environment = process_environment() | {
            "PORT": str(self._port),
            "CORE_PORT": str(settings.core_port),
            "ACTIONS_PORT": str(settings.actions_port),
            "VAR_DIR": str(settings.var_dir),
            "DATABASE_URL": self.database,
            "REDIS_URL": "",
            "MESSAGES_PER_10_SECONDS": "1000",
            "MESSAGES_PER_MINUTE": "1000",
            **{name.upper(): getattr(settings, name).get_secret_value() for name in secrets},
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=60, trust_env=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "bot.gateway"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process and self._process.poll() is None, "the gateway did not start"
        with contextlib.suppress(httpx.TransportError):
            return self.http.get("/healthz").status_code == 200
        return False

    def kill(self) -> None:
        """End at once, as a crash or a lack of memory would."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
def gateway(
    request: pytest.FixtureRequest, core_server: tuple[FakeCore, RunningServer], core: FakeCore, tmp_path: Path
) -> Iterator[GatewayProcess]:
    database = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        database = cluster.database()
    process = GatewayProcess(build_settings(tmp_path, core_server[1].port, database_url=database))
    process.start()
    yield process
    process.kill()
    process.http.close()


def _ids(count: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(count)]


def test_killed_after_the_core_answered_no_message_is_a_second_turn_though_a_later_one_comes_first(
    gateway: GatewayProcess, core: FakeCore
) -> None:
    chat, (killed, later) = Chat(gateway.http), _ids(2)
    core.after_turn = [gateway.kill]
    with pytest.raises(httpx.TransportError):
        chat.say("before the crash", killed)
    gateway.start()
    assert chat.say("after it", later).json()["messages"][0]["text"] == "You said: after it"
    assert chat.say("before the crash", killed).json()["messages"][0]["text"] == "You said: before the crash"
    assert [turn["message_id"] for turn in core.turns] == [killed, later]
    said = [m["text"] for m in chat.history()][1:]
    assert said == ["before the crash", "after it", "You said: before the crash", "You said: after it"]


def test_killed_with_a_queue_each_message_is_answered_once_and_in_order(
    gateway: GatewayProcess, core: FakeCore
) -> None:
    chat, ids = Chat(gateway.http), _ids(4)
    queued = threading.Event()

    def kill_when_all_are_stored() -> None:
        queued.wait(60)
        gateway.kill()

    core.after_turn = [kill_when_all_are_stored]
    with ThreadPoolExecutor(3) as pool:
        sent = []
        for position, message_id in enumerate(ids[:3], 1):
            sent.append(pool.submit(chat.say, message_id, message_id))
            _wait_for_visitor_messages(gateway.database, position)
        queued.set()
        assert all(isinstance(one.exception(), httpx.TransportError) for one in sent)
    gateway.start()
    for message_id in (ids[3], *ids):
        assert chat.say(message_id, message_id).json()["messages"][0]["text"] == f"You said: {message_id}"
    assert [turn["message_id"] for turn in core.turns] == ids
    assert [m["text"] for m in chat.history() if m["author"] == "visitor"] == ids


def _wait_for_visitor_messages(database: str, count: int) -> None:
    """Asked of the database, since the core's event loop is held and every client of the gateway waits."""
    store = Store(database)
    until(lambda: (store.read(lambda db: db.scalar(select(func.count()).select_from(inbox_entry))) or 0) >= count)
    store.close()


def test_whatever_was_acknowledged_before_a_kill_is_there_after_it(gateway: GatewayProcess, core: FakeCore) -> None:
    chats = [Chat(gateway.http) for _ in range(4)]
    acknowledged: list[list[str]] = [[] for _ in chats]

    def talk(number: int) -> None:
        with contextlib.suppress(httpx.TransportError):
            for message_id in _ids(1000):
                answer = chats[number].say(message_id, message_id)
                acknowledged[number].append(answer.json()["messages"][0]["text"])

    with ThreadPoolExecutor(len(chats)) as pool:
        talking = [pool.submit(talk, number) for number in range(len(chats))]
        until(lambda: any(one.done() for one in talking) or sum(map(len, acknowledged)) >= 40)
        assert not any(one.done() for one in talking)
        gateway.kill()
    gateway.start()
    for chat, answers in zip(chats, acknowledged, strict=True):
        stored = [m["text"] for m in chat.history(limit=200) if m["author"] == "assistant"][1:]
        assert stored[: len(answers)] == answers


def test_a_message_with_an_open_outcome_goes_to_the_core_before_the_next(chat: Chat, core: FakeCore) -> None:
    slow, later = _ids(2)
    core.failures = [504]
    assert chat.say("slow", slow).json()["code"] == "assistant_slow"
    assert chat.say("later", later).json()["messages"][0]["text"] == "You said: later"
    assert [turn["message_id"] for turn in core.asked] == [slow, slow, later]
    assert chat.say("slow", slow).json()["messages"][0]["text"] == "You said: slow"
    assert len(core.asked) == 3


def test_while_an_earlier_message_stays_open_the_next_is_refused_and_can_be_repeated(
    chat: Chat, core: FakeCore
) -> None:
    first, second, third = _ids(3)
    core.failures = [504, 504]
    assert chat.say("first", first).json()["code"] == "assistant_slow"
    assert chat.say("second", second).json()["code"] == "assistant_slow"
    assert chat.say("third", third).status_code == 200
    assert [turn["message_id"] for turn in core.turns] == [first, third]
    assert chat.say("second", second).json()["messages"][0]["text"] == "You said: second"
    assert [turn["message_id"] for turn in core.turns] == [first, third, second]


def test_a_core_that_cannot_be_reached_leaves_the_outcome_as_open_as_it_was(
    make_settings: Callable[..., Settings], serve: Serve
) -> None:
    port, core, (killed, later) = free_port(), FakeCore(), _ids(2)
    first_core = serve(core.app(), port=port)
    with httpx.Client(base_url=serve(create_app(make_settings(core_port=port))).url, timeout=60) as http:
        chat = Chat(http)
        core.failures_after_turn = [504]
        assert chat.say("killed", killed).json()["code"] == "assistant_slow"
        first_core.stop()
        assert chat.say("killed", killed).json()["code"] == "assistant_away"
        assert chat.say("later", later).json()["code"] == "assistant_away"
        serve(core.app(), port=port)
        assert chat.say("later", later).json()["messages"][0]["text"] == "You said: later"
        assert chat.say("killed", killed).json()["messages"][0]["text"] == "You said: killed"
        assert [turn["message_id"] for turn in core.turns] == [killed, later]


@pytest.mark.parametrize(("status", "error"), [(503, "turn"), (400, "bad_request")])
def test_a_message_the_core_fails_at_however_often_does_not_hold_up_the_next(
    chat: Chat, core: FakeCore, status: int, error: str
) -> None:
    core.failures = [504, (status, error)]
    assert chat.say("broken").json()["code"] == "assistant_slow"
    assert chat.say("later").json()["messages"][0]["text"] == "You said: later"
    assert [turn["text"] for turn in core.asked] == ["broken", "broken", "later"]


def test_a_message_that_never_comes_to_an_end_holds_its_chat_up_for_a_while_only(
    chat: Chat, core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    core.failures = [504]
    assert chat.say("never").json()["code"] == "assistant_slow"
    monkeypatch.setattr(inbox, "UNSETTLED_FOR", timedelta(0))
    assert chat.say("later").status_code == 200
    assert [turn["text"] for turn in core.turns] == ["later"]


def test_a_message_the_core_has_not_taken_waits_for_its_repeat_and_holds_nothing_up(chat: Chat, core: FakeCore) -> None:
    refused, later = _ids(2)
    core.failures = [500]
    assert chat.say("refused", refused).json()["code"] == "assistant_away"
    assert chat.say("later", later).status_code == 200
    assert [turn["message_id"] for turn in core.asked] == [refused, later]
    core.failures = [504]
    assert chat.say("refused", refused).json()["code"] == "assistant_slow"
    assert chat.say("once more").status_code == 200
    assert [turn["text"] for turn in core.turns] == ["later", "refused", "once more"]


def test_two_gateways_with_one_message_give_one_answer(settings: Settings, serve: Serve, core: FakeCore) -> None:
    with (
        httpx.Client(base_url=serve(create_app(settings)).url, timeout=60) as one,
        httpx.Client(base_url=serve(create_app(settings)).url, timeout=60) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        chat, [message_id] = Chat(one), _ids(1)
        gate = core.hold()
        waiting = pool.submit(chat.say, "hello", message_id)
        assert gate.reached.wait(60)
        body = {"id": message_id, "text": "hello"}
        quicker = other.post("/api/messages", json=body, headers=chat.headers)
        gate.open()
        assert waiting.result().json() == quicker.json()
        assert len(core.asked) == 2
        assert [m["author"] for m in chat.history()] == ["assistant", "visitor", "assistant"]
