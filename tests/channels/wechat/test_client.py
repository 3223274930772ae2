"""The way to the platform: one token for all processes, one more try when it is refused, errcodes read under HTTP 200."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.messengers import state
from bot.channels.wechat import errors
from bot.channels.wechat.client import Client, Transport
from bot.channels.wechat.token import CHANNEL, Tokens
from bot.gateway.database import Database
from bot.handoff.vault import Vault
from bot.store import Store
from tests.gateway.fake_core import RunningServer
from tests.partners.conftest import BACKENDS

from .fake_platform import APP_ID, BREAK, HANG, SECRET, FakePlatform

WHO = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
ON_BOTH = pytest.mark.parametrize("bench", BACKENDS, indirect=True)
Work = Callable[[Client, Tokens], Coroutine[Any, Any, Any]]


class Bench:
    """The fake platform behind an address, and a database."""

    def __init__(self, url: str) -> None:
        self.platform = FakePlatform()
        self.server = RunningServer(self.platform.app())
        self.database_url = url
        self.seconds = 10.0
        self.vault = Vault(["k" * 40])
        self.platform.wrote(WHO)

    @asynccontextmanager
    async def process(self, secret: str = SECRET) -> Any:
        """What one process of the gateway has of this."""
        store = Store(self.database_url)
        db = Database(store)
        transport = Transport(self.server.url, self.seconds)
        tokens = Tokens(db, transport, self.vault, APP_ID, secret)
        try:
            yield Client(transport, tokens), tokens
        finally:
            await transport.close()
            db.close()
            store.close()

    def run(self, work: Work, **others: Any) -> Any:
        async def one() -> Any:
            async with self.process(**others) as (client, tokens):
                return await work(client, tokens)

        return asyncio.run(one())

    def send(self, text: str = "你好", **others: Any) -> None:
        self.run(lambda client, _: client.send_text(WHO, text), **others)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, open_store: Callable[[str], Store]) -> Iterator[Bench]:
    url = f"sqlite:///{tmp_path}/wechat.db"
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("postgres").database()
    open_store(url).close()
    running = Bench(url)
    yield running
    running.platform.released.set()
    running.server.stop()


def test_a_text_arrives_as_it_was_written(bench: Bench) -> None:
    bench.send("你好，“<b>” & \\ 👋")
    assert bench.platform.follower(WHO).shown == ["你好，“<b>” & \\ 👋"]
    assert "你好".encode() in bench.platform.raw_sends[0]


@ON_BOTH
def test_the_token_is_fetched_once_for_all_processes_and_starts(bench: Bench) -> None:
    for _ in range(3):
        bench.send()
    assert bench.platform.token_calls == [False]


@ON_BOTH
def test_ten_calls_in_four_processes_at_once_fetch_one_token(bench: Bench) -> None:
    async def all_at_once() -> list[str]:
        async with bench.process() as a, bench.process() as b, bench.process() as c, bench.process() as d:
            return list(await asyncio.gather(*(tokens.current() for _, tokens in (a, b, c, d) * 10)))

    assert len(set(asyncio.run(all_at_once()))) == 1
    assert bench.platform.token_calls == [False]


def test_a_token_that_was_replaced_elsewhere_costs_one_more_try(bench: Bench) -> None:
    bench.send()
    bench.platform.rotate()
    bench.send()
    assert bench.platform.refused_sends == [40001]
    assert len(bench.platform.follower(WHO).shown) == 2
    assert bench.platform.token_calls == [False, False]


def test_a_token_that_has_ended_is_replaced_before_it_is_used(bench: Bench) -> None:
    bench.platform.token_lifetime = 200  # less than the margin
    bench.send()
    bench.send()
    assert bench.platform.refused_sends == [] and len(bench.platform.token_calls) == 2


@ON_BOTH
def test_a_token_that_the_platform_refuses_though_it_gives_it_again_is_forced_once(bench: Bench) -> None:
    bench.send()
    bench.platform.plan = [42001]
    bench.send()
    assert bench.platform.token_calls == [False, False, True]
    bench.platform.plan = [42001]
    with pytest.raises(errors.Away):
        bench.send()
    assert bench.platform.token_calls.count(True) == 1, "forcing is rationed"


def test_two_refusals_in_a_row_end_it(bench: Bench) -> None:
    bench.platform.plan = [40014, 40014]
    with pytest.raises(errors.TokenInvalid):
        bench.send()


CODES = [
    (45015, errors.WindowOver), (45047, errors.QuotaUsed), (45002, errors.TooLong), (43004, errors.Unreachable),
    (40003, errors.Unreachable), (48001, errors.NotAllowed), (40164, errors.NotAllowed), (-1, errors.Away), (45009, errors.Away),
    ("HTTP 502", errors.Away), ("HTTP 302", errors.Away), (BREAK, errors.Away), (87014, errors.PlatformError),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "kind"), CODES)
def test_every_errcode_is_read_though_http_says_200(bench: Bench, plan: int | str, kind: type[Exception]) -> None:
    bench.platform.plan = [plan]
    with pytest.raises(kind) as refused:
        bench.send()
    assert type(refused.value) is kind and len(bench.platform.raw_sends) == 1


def test_a_platform_that_hangs_or_is_gone_is_away(bench: Bench) -> None:
    bench.run(lambda _, tokens: tokens.current())
    bench.platform.plan, bench.seconds = [HANG], 0.5
    with pytest.raises(errors.Away):
        bench.send()
    bench.platform.released.set()
    bench.server.stop()
    with pytest.raises(errors.Away):
        bench.send()


def test_a_wrong_secret_is_told_and_the_next_try_is_free(bench: Bench) -> None:
    with pytest.raises(errors.NotAllowed, match="40125"):
        bench.send(secret="wrong")
    bench.send()
    assert len(bench.platform.follower(WHO).shown) == 1


@ON_BOTH
def test_a_process_that_died_while_it_fetched_is_waited_for_no_longer_than_its_lease(bench: Bench) -> None:
    store = Store(bench.database_url)
    lease = f"lease:{APP_ID}"
    assert store.write(lambda db: state.take_lease(db, CHANNEL, lease, "elsewhere:1:x", 1.0))
    bench.send()
    store.close()
    assert len(bench.platform.follower(WHO).shown) == 1


def test_the_token_is_sealed_in_the_database_and_another_key_fetches_it_again(bench: Bench) -> None:
    token = bench.run(lambda _, tokens: tokens.current())
    store = Store(bench.database_url)
    kept = store.read(lambda db: state.get(db, CHANNEL, f"token:{APP_ID}"))
    store.close()
    assert kept and token not in kept.value
    bench.vault = Vault(["z" * 40])
    assert bench.run(lambda _, tokens: tokens.current()) == token
    assert bench.platform.token_calls == [False, False]


def test_neither_token_nor_secret_nor_text_reaches_the_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bench.platform.plan = [45015]
    token = bench.run(lambda _, tokens: tokens.current())
    with pytest.raises(errors.WindowOver) as refused:
        bench.send("private words")
    told = caplog.text + repr(refused.value)
    assert token not in told and SECRET not in told and "private words" not in told and WHO not in told


def test_what_is_no_json_or_has_no_token_is_a_failure_and_no_crash(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def call(*_: Any) -> dict[str, Any]:
        return json.loads('{"expires_in": "soon"}')  # type: ignore[no-any-return]

    monkeypatch.setattr(Transport, "call", call)
    with pytest.raises(errors.PlatformError):
        bench.send()
