"""Limits hit the one who overdoes it, nobody else, and say when to come back."""

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import httpx
import pytest
from starlette.requests import HTTPConnection

from bot.gateway import limits
from bot.gateway.app import create_app
from bot.gateway.limits import ClientAddress, Limits, Quotas, Windows
from bot.gateway.problems import Problem
from bot.settings import Settings
from tests.waiting import free_port

from .conftest import Chat
from .fake_core import FakeCore, RunningServer


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still for the limits, however long the requests take."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 1000.0))


@pytest.fixture
def limited(
    make_settings: Callable[..., Settings], serve: Callable[..., RunningServer], core: FakeCore, still: None
) -> Iterator[httpx.Client]:
    app = create_app(make_settings(trusted_proxies="127.0.0.1"))
    with httpx.Client(base_url=serve(app).url, timeout=60) as http:
        yield http


def test_the_twenty_first_message_in_ten_seconds_is_refused_and_others_are_not(limited: httpx.Client) -> None:
    loud, quiet = Chat(limited, language="de"), Chat(limited)
    statuses = [loud.say(f"message {n}").status_code for n in range(25)]
    assert statuses == [200] * 20 + [429] * 5
    refused = loud.say("one more")
    assert refused.json()["code"] == "too_many_messages"
    assert "viele Nachrichten" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert quiet.say("hello").status_code == 200


def test_the_thirty_first_session_of_a_network_in_a_minute_is_refused(limited: httpx.Client) -> None:
    def open_from(address: str) -> httpx.Response:
        return limited.post("/api/session", json={"notice_accepted": True}, headers={"X-Forwarded-For": address})

    assert [open_from(f"2001:db8:1:1::{n:x}").status_code for n in range(30)] == [201] * 30
    refused = open_from("2001:db8:1:1:ffff::1")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_sessions")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert open_from("2001:db8:1:2::1").status_code == 201
    assert open_from("198.51.100.7").status_code == 201


def _network(trusted: str, peer: str, *forwarded: str) -> str:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    return ClientAddress(trusted).network(HTTPConnection(scope))


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ("", "203.0.113.5", ["1.2.3.4"], "203.0.113.5"),
        ("10.0.0.0/8", "203.0.113.5", ["1.2.3.4"], "203.0.113.5"),
        ("10.0.0.0/8", "10.1.1.1", ["198.51.100.9"], "198.51.100.9"),
        ("10.0.0.0/8", "10.1.1.1", ["6.6.6.6, 198.51.100.9"], "198.51.100.9"),
        ("10.0.0.0/8", "10.1.1.1", ["6.6.6.6", "198.51.100.9, 10.2.2.2"], "198.51.100.9"),
        ("10.0.0.0/8", "10.1.1.1", ["nonsense"], "10.1.1.1"),
        ("10.0.0.0/8", "10.1.1.1", [], "10.1.1.1"),
        ("", "2001:db8:0:7:1:2:3:4", [], "2001:db8:0:7::/64"),
        ("", "::ffff:203.0.113.5", [], "203.0.113.5"),
        ("", "", [], "unknown"),
    ],
)
def test_the_address_is_the_peers_unless_a_trusted_proxy_says_otherwise(
    trusted: str, peer: str, forwarded: list[str], expected: str
) -> None:
    assert _network(trusted, peer, *forwarded) == expected


async def _counted(counting: Limits, times: int) -> int:
    passed = 0
    for _ in range(times):
        try:
            await counting.message("web:x")
            passed += 1
        except Problem:
            pass
    return passed


def test_without_redis_each_gateway_counts_for_itself(still: None) -> None:
    quotas = Quotas(3, 60, 30, 60)
    assert asyncio.run(_counted(Limits(quotas, f"redis://127.0.0.1:{free_port()}"), 6)) == 3
    assert asyncio.run(_counted(Limits(quotas), 6)) == 3


def test_a_window_moves_with_the_oldest_hit_and_a_refused_one_does_not_count() -> None:
    windows, quotas = Windows(), [(2, 10.0), (3, 60.0)]

    def hit(at: float) -> float | None:
        return windows.hit(("message", "a"), quotas, at)

    assert [hit(0), hit(1)] == [None, None]
    assert [hit(2), hit(9.5)] == [8.0, 0.5]
    assert hit(10) is None
    assert hit(12) == 48.0
    assert hit(60) is None


def test_who_has_gone_is_forgotten() -> None:
    windows = Windows()
    for number in range(100):
        windows.hit(("message", str(number)), [(20, 10.0), (60, 60.0)], float(number))
    assert len(windows) == 60
    assert windows.hit(("message", "99"), [(1, 60.0)], 150.0) == 9.0
