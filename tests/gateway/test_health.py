"""Liveness asks nobody; readiness asks everybody a turn needs and waits for none of them for long."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.gateway import readiness
from bot.gateway.app import create_app
from bot.settings import Settings
from tests.waiting import free_port

from .fake_core import FakeCore, RunningServer

Serve = Callable[..., RunningServer]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, whatever answers is taken to be there."""
    monkeypatch.setattr(readiness, "CHECK_SECONDS", 30.0)


def _ready(serve: Serve, settings: Settings) -> tuple[int, dict[str, str]]:
    with httpx.Client(base_url=serve(create_app(settings)).url, timeout=90) as http:
        answer = http.get("/readyz")
        assert http.get("/healthz").json() == {"status": "ok"}
        return answer.status_code, answer.json()["checks"]


@pytest.mark.usefixtures("patient")
def test_everything_there(serve: Serve, make_settings: Callable[..., Settings], core: FakeCore) -> None:
    status, checks = _ready(serve, make_settings())
    assert (status, set(checks.values())) == (200, {"ok"})


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        ("core", {"core", "model"}),
        ("actions", {"actions"}),
        ("database", {"database"}),
    ],
)
def test_what_is_away_is_named(
    serve: Serve, make_settings: Callable[..., Settings], core: FakeCore, changes: str, failing: set[str]
) -> None:
    settings = make_settings()
    if changes == "database":
        away = f"postgresql+psycopg://somebody@127.0.0.1:{free_port()}/nothing"
        settings = Settings(_env_file=None, **settings.model_dump() | {"database_url": away})  # type: ignore[call-arg]
    else:
        settings = settings.model_copy(update={f"{changes}_port": free_port()})
    status, checks = _ready(serve, settings)
    assert status == 503
    assert {name for name, word in checks.items() if word == "fail"} == failing


@pytest.mark.parametrize("health", [{"status": "ok", "model": None}, ["odd"], "hang"])
def test_a_core_without_model_or_without_answer_is_not_ready(
    serve: Serve, make_settings: Callable[..., Settings], health: Any
) -> None:
    held = threading.Event()

    async def answer(_: Request) -> JSONResponse:
        if health == "hang":
            await asyncio.to_thread(held.wait, 60)
        return JSONResponse(health)

    port = serve(Starlette(routes=[Route("/webhooks/gateway/health", answer)])).port
    status, checks = _ready(serve, make_settings(core_port=port))
    assert (status, checks["model"]) == (503, "fail")
    held.set()


@pytest.mark.usefixtures("patient")
def test_readiness_asks_the_parts_behind_at_most_once_a_second(
    serve: Serve, make_settings: Callable[..., Settings], core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(readiness, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with httpx.Client(base_url=serve(create_app(make_settings())).url, timeout=90) as http:
        asked = []
        for later in (0.0, 0.5, 0.49, 0.01):
            now[0] += later
            assert [http.get("/readyz").status_code for _ in range(5)] == [200] * 5
            asked.append(core.health_asked)
    assert asked == [2, 2, 2, 4]  # core and actions, which are one here


def test_nothing_happens_at_import() -> None:
    script = (
        "import sys, threading, bot.gateway.app, bot.gateway.server\n"
        "assert threading.active_count() == 1\n"
        "assert 'rasa' not in sys.modules and 'actions' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=180)
