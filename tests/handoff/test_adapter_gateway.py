"""A help desk with the real gateway between it and the visitor: over HTTP in both directions, through a restart."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.handoff.opening import open_case
from bot.handoff.reading import open_case_of
from bot.handoff.records import Contact, Request
from bot.handoff.routing import route
from bot.settings import Settings, SettingsError, load_settings
from bot.store import Store
from tests.gateway.conftest import CASE_KEY, Chat, build_settings
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.gateway.live import DESKS, Live, said
from tests.partners.conftest import BACKENDS
from tests.postgres import database_of
from tests.waiting import until

from . import fake_chatwoot, fake_zammad
from .adapter_bench import Fake
from .fake_chatwoot import FakeChatwoot
from .fake_zammad import FakeZammad


@pytest.fixture(params=["chatwoot", "zammad"])
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    fake: Fake = FakeChatwoot() if request.param == "chatwoot" else FakeZammad()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def core() -> Iterator[tuple[FakeCore, RunningServer]]:
    core = FakeCore()
    server = RunningServer(core.app())
    yield core, server
    server.stop()


@pytest.fixture(params=BACKENDS)
def settings(
    request: pytest.FixtureRequest,
    fake: Fake,
    core: tuple[FakeCore, RunningServer],
    tmp_path: Path,
    open_store: Callable[[str], Store],
) -> Settings:
    common: dict[str, Any] = {
        "database_url": database_of(request, open_store), "case_key": SecretStr(CASE_KEY), "helpdesk_poll_seconds": 3600.0,
        "outbox_poll_seconds": 3600.0,  # whatever is in the outbox is taken because somebody said so
    }  # fmt: skip
    return build_settings(tmp_path, core[1].port, **common, **named(fake))


def named(fake: Fake) -> dict[str, Any]:
    if isinstance(fake, FakeChatwoot):
        own, c = "chatwoot", fake_chatwoot
        return {
            "helpdesk": own, "chatwoot_url": fake.url, "chatwoot_token": SecretStr(c.TOKEN), "chatwoot_inbox": c.INBOX,
            "chatwoot_account": c.ACCOUNT, "chatwoot_webhook_secret": SecretStr(c.SECRET),
        }  # fmt: skip
    own, z = "zammad", fake_zammad
    return {
        "helpdesk": own, "zammad_url": fake.url, "zammad_token": SecretStr(z.TOKEN), "zammad_group": z.GROUP,
        "zammad_customer": z.CUSTOMER, "zammad_webhook_secret": SecretStr(z.SECRET),
    }  # fmt: skip


def opens_case(live: Live, chat: Chat, helpdesk: str) -> None:
    wanted = Request(live.conversation(chat), "m-1", "en", Contact("When does the delegation leave?"))
    way = route(live.data, DESKS, [], "en")
    live.store.run(lambda session: open_case(session, live.vault, wanted, way, DESKS, helpdesk=helpdesk))


def call(live: Live, name: str, signed: tuple[Any, bytes]) -> int:
    headers, body = signed
    return live.http.post(f"/hooks/{name}", content=body, headers=headers).status_code


def test_a_visitor_and_a_help_desk_talk_through_a_restart(
    settings: Settings, fake: Fake, core: tuple[FakeCore, RunningServer]
) -> None:
    live = Live(settings)
    chat = live.chat()
    opens_case(live, chat, settings.helpdesk)
    chat.say("Are you there?")
    until(lambda: any("Are you there?" in text for text in incoming(fake)))
    assert call(live, settings.helpdesk, fake.call(fake.says("On Monday."))) == 204
    assert said(chat, "staff") == ["On Monday."]
    live.stop()

    fake.says("At nine.")  # nobody hears the call about it
    live = Live(settings)
    chat.http = live.http
    until(lambda: said(chat, "staff") == ["On Monday.", "At nine."])
    chat.say("Thank you")
    until(lambda: incoming(fake)[-1] == "Thank you")
    fake.closes()
    assert call(live, settings.helpdesk, fake.call_closed()) == 204
    assert live.http.get("/api/messages", headers=chat.headers).json()["state"] == "closed"
    assert core[0].turns == []  # the assistant said nothing in all that time

    assert live.http.delete("/api/session", headers=chat.headers).status_code == 204
    left: Any = fake
    until(lambda: not (left.contacts if isinstance(fake, FakeChatwoot) else left.tickets))
    live.stop()


def test_what_is_answered_at_our_own_desk_is_shown_there_as_a_note_and_comes_back_to_nobody(
    settings: Settings, fake: Fake
) -> None:
    live = Live(settings)
    chat = live.chat()
    opens_case(live, chat, settings.helpdesk)
    number = live.store.read(lambda db: open_case_of(db, live.conversation(chat))).number  # type: ignore[union-attr]
    live.call(live.staff.claim(number, "lea", name="Lea"))
    live.call(live.staff.write(number, "lea", "On Monday.", "m-1", name="Lea"))
    until(lambda: any("On Monday." in note for note in notes(fake)))
    assert call(live, settings.helpdesk, fake.call(fake.says("At nine."))) == 204
    until(lambda: said(chat, "staff") == ["On Monday.", "At nine."])
    assert [note for note in notes(fake) if "At nine." in note] == []
    assert said(chat, "staff") == ["On Monday.", "At nine."]
    live.stop()


def notes(fake: Fake) -> list[str]:
    try:
        return fake.notes()
    except ValueError:
        return []  # not there yet


def incoming(fake: Fake) -> list[str]:
    try:
        return fake.incoming()
    except ValueError:
        return [""]  # not there yet


def test_a_call_that_nobody_signed_is_refused_by_the_gateway(settings: Settings, fake: Fake) -> None:
    live = Live(settings)
    answer = live.http.post(f"/hooks/{settings.helpdesk}", json={"event": "message_created"})
    other = live.http.post("/hooks/other", json={})
    live.stop()
    assert (answer.status_code, other.status_code) == (401, 404) and answer.content == b""


@pytest.mark.parametrize("missing", ["chatwoot_token", "chatwoot_webhook_secret", "chatwoot_inbox"])
def test_a_help_desk_that_is_not_wholly_configured_is_refused_at_the_start(missing: str) -> None:
    whole = named(FakeChatwoot())
    assert load_settings(**whole).helpdesk == "chatwoot"
    with pytest.raises(SettingsError, match=missing.upper()):
        load_settings(**{name: value for name, value in whole.items() if name != missing})


def test_a_gateway_without_a_help_desk_has_no_door_for_one(
    core: tuple[FakeCore, RunningServer], tmp_path: Path
) -> None:
    live = Live(build_settings(tmp_path, core[1].port, case_key=SecretStr(CASE_KEY)))
    answers: list[httpx.Response] = [live.http.post(f"/hooks/{name}", json={}) for name in ("chatwoot", "builtin")]
    live.stop()
    assert [answer.status_code for answer in answers] == [404, 404]
