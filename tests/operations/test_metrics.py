"""Figures for monitoring: what turns came to, how long stages took, what waits; on a port of their own and with few labels."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from bot.gateway import metrics
from bot.gateway.tables import chat_session
from bot.handoff.outbox_tables import outbox
from bot.settings import Settings
from bot.store import Store
from bot.supervisor import StartError, check_ports, free_port
from tests.gateway.conftest import build_settings, core_server  # noqa: F401 (a fixture)
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.gateway.live import Live

type Figures = Callable[[], dict[tuple[str, ...], float]]


@pytest.fixture
def core(core_server: tuple[FakeCore, RunningServer]) -> FakeCore:  # noqa: F811
    core_server[0].__init__()  # type: ignore[misc]
    return core_server[0]


@pytest.fixture
def settings(core_server: tuple[FakeCore, RunningServer], tmp_path: Path) -> Settings:  # noqa: F811
    return build_settings(tmp_path, core_server[1].port, metrics_port=free_port())


@pytest.fixture
def live(core: FakeCore, settings: Settings) -> Iterator[Live]:
    running = Live(settings)
    yield running
    running.stop()


@pytest.fixture
def figures(live: Live, settings: Settings) -> Figures:
    """(name, label values in the order of their names) -> value, without buckets and times of creation."""

    def read() -> dict[tuple[str, ...], float]:
        answer = httpx.get(f"http://127.0.0.1:{settings.metrics_port}/metrics", timeout=20, trust_env=False)
        assert answer.status_code == 200
        found = {}
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                if not sample.name.endswith(("_bucket", "_created")):
                    found[(sample.name, *(value for _, value in sorted(sample.labels.items())))] = sample.value
        return found

    return read


def test_turns_are_counted_by_channel_language_and_what_came_of_them(
    live: Live, core: FakeCore, figures: Figures
) -> None:
    chat = live.chat("de")
    chat.say("eins")
    core.next_reply = {"missed": True, "turn_ms": 12.0, "actions_ms": 8.0}
    chat.say("zwei")
    core.failures = [503]
    chat.say("drei")
    same = "0b4e6c7e-8a39-4f2d-9a51-111111111111"
    for _ in range(2):
        chat.say("vier", same)
    conversation = live.conversation(chat)
    handing_over = update(chat_session).where(chat_session.c.conversation == conversation).values(state="waiting")
    core.after_turn = [lambda: live.store.write(lambda db: db.execute(handing_over))]
    chat.say("fünf")
    chat.say("sechs")
    found = figures()
    counted = {key[3]: value for key, value in found.items() if key[0] == "assistant_turns_total"}
    assert counted == {"answered": 2, "not_known": 1, "store_away": 1, "repeated": 1, "handed_over": 1, "for_people": 1}
    assert {(key[1], key[2]) for key in found if key[0] == "assistant_turns_total"} == {("web", "de")}
    assert found["assistant_stage_seconds_count", "core"] == 1
    assert found["assistant_stage_seconds_sum", "actions"] == pytest.approx(0.008)
    assert found["assistant_stage_seconds_count", "whole"] == found["assistant_stage_seconds_count", "intake"] == 7


def test_what_a_visitor_sends_makes_no_new_label(live: Live, figures: Figures) -> None:
    chat = live.chat()
    chat.say("x", "not-a-uuid")
    chat.press("forged")
    for number in range(20):
        chat.say(f"label{number}")
    names = set(figures())
    assert not [name for name in names if "label" in str(name) or "forged" in str(name)]
    assert len(names) < 60


def test_what_waits_is_counted_with_the_age_of_the_oldest(live: Live, figures: Figures) -> None:
    found = figures()
    assert (found["assistant_outbox_rows", "queued"], found["assistant_outbox_age_seconds",]) == (0, 0)
    live.open(live.chat(), email="anna@example.org")
    past = update(outbox).values(
        state="queued", created_at=datetime(2020, 1, 1, tzinfo=UTC), next_at=datetime(2100, 1, 1, tzinfo=UTC)
    )
    live.store.write(lambda db: db.execute(past))
    found = figures()
    assert found["assistant_outbox_rows", "queued"] == 2
    assert found["assistant_outbox_age_seconds",] > 86400 * 365
    assert (found["assistant_cases", "waiting"], found["assistant_turns_running",]) == (1, 0)
    assert found["assistant_database_up",] == 1


def test_a_database_that_is_away_is_a_figure_and_no_error(live: Live, settings: Settings, figures: Figures) -> None:
    live.chat()
    file = Path(settings.database.removeprefix("sqlite:///"))
    away = Store(f"sqlite:///{file.parent}/none/../missing.db")
    names = {family.name: family for family in metrics.Waiting(away, lambda: 0).collect()}
    away.close()
    assert names["assistant_database_up"].samples[0].value == 0 and "assistant_cases" not in names


def test_the_public_port_has_no_figures_and_by_default_there_are_none(live: Live) -> None:
    assert live.http.get("/metrics").status_code == 404
    assert Settings(_env_file=None).metrics_port == 0  # type: ignore[call-arg]
    assert Settings(_env_file=None).metrics_host == "127.0.0.1"  # type: ignore[call-arg]


def test_a_port_that_is_taken_is_said_at_the_start(live: Live, settings: Settings) -> None:
    ports = {name: free_port() for name in ("port", "core_port", "actions_port")}
    with pytest.raises(StartError, match="METRICS_PORT"):
        check_ports(settings.model_copy(update=ports))
