"""The door that help desks knock at: only signed, only lately, only the one that is configured."""

import hmac
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from bot.channels.helpdesk import routes
from bot.channels.helpdesk.service import make_helpdesk
from bot.handoff.adapters.builtin import BuiltinDesk
from bot.handoff.adapters.chatwoot import Chatwoot
from bot.handoff.adapters.desk import HandoffDesk, NotUnderstood, WrongSignature
from bot.handoff.adapters.zammad import Zammad
from bot.handoff.routing import HandoffData
from bot.handoff.vault import Vault
from bot.settings import load_settings
from bot.store import Store, StoreUnavailable

from . import fake_chatwoot, fake_zammad
from .adapter_bench import Bench, Call, running
from .conftest import CONVERSATION, start_conversation


@pytest.fixture
def store(open_store: Callable[[str], Store], tmp_path: Path) -> Store:
    """What is tested here does not depend on the kind of database."""
    store = open_store(f"sqlite:///{tmp_path}/assistant.db")
    start_conversation(store, CONVERSATION)
    return store


@pytest.fixture(params=["chatwoot", "zammad"])
def bench(store: Store, vault: Vault, data: HandoffData, request: pytest.FixtureRequest) -> Iterator[Bench]:
    with running(store, vault, data, request.param) as bench:
        bench.opened()
        yield bench


def altered(call: Call, **headers: str) -> Call:
    return {**call[0], **headers}, call[1]


def test_a_call_that_is_not_signed_as_it_must_be_is_refused(bench: Bench) -> None:
    call = bench.fake.call(bench.fake.says("Am Montag."))
    signature = "x-chatwoot-signature" if bench.name == "chatwoot" else "x-hub-signature"
    own = call[0][signature]
    body = json.loads(call[1])
    forged = fake_chatwoot.signed(body, secret="x") if bench.name == "chatwoot" else fake_zammad.signed(body, "x")
    wrong = [
        forged,
        altered(call, **{signature: ""}),
        altered(call, **{signature: own[:-1] + ("0" if own[-1] != "0" else "1")}),
        altered(call, **{signature: own.partition("=")[2]}),
        altered(call, **{signature: own.replace("sha256", "sha1") if "sha256" in own else own.replace("sha1", "md5")}),
        ({name: value for name, value in call[0].items() if name != signature}, call[1]),
        (call[0], call[1].replace(b"Montag", b"Freitag")),
        (call[0], call[1] + b" "),
    ]
    assert bench.called(*wrong) == [401] * len(wrong)
    assert bench.answers() == [] and bench.case().state == "waiting"


def test_what_is_signed_and_no_message_is_refused_too(bench: Bench) -> None:
    module: Any = fake_chatwoot if bench.name == "chatwoot" else fake_zammad
    assert bench.called(module.signed(["no"])) == [400]
    strange = [
        {"event": "message_created"},
        {"event": "message_created", "message_type": "outgoing", "sender": 5, "conversation": []},
        {"event": ["x"], "ticket": "x", "article": 3},
        {"event": "message_created", "message_type": ["outgoing"], "attachments": 3, "id": "x"},
    ]
    assert bench.called(*(module.signed(body) for body in strange)) == [204] * len(strange)
    assert bench.answers() == []


def test_the_door_of_a_help_desk_that_is_not_configured_is_not_there(bench: Bench) -> None:
    call = bench.fake.call(bench.fake.says("Am Montag."))
    bench.name = "zammad" if bench.name == "chatwoot" else "chatwoot"
    assert bench.called(call) == [404]


def test_an_answer_that_cannot_be_kept_now_is_to_be_sent_again(bench: Bench, monkeypatch: Any) -> None:
    call = bench.fake.call(bench.fake.says("Am Montag."))

    def away(*_: Any) -> None:
        raise StoreUnavailable("OperationalError")

    with monkeypatch.context() as patched:
        patched.setattr(bench.store, "read", away)
        assert bench.called(call) == [503]
    assert bench.called(call) == [204] and bench.answers() == [("Emma", "Am Montag.")]


def test_a_call_is_answered_in_time_and_carried_out_all_the_same(bench: Bench, monkeypatch: Any) -> None:
    monkeypatch.setattr(routes, "ANSWER_SECONDS", 0.0)
    call = bench.fake.call(bench.fake.says("Am Montag."))

    async def work(helpdesk: Any) -> int:
        app = FastAPI()
        app.state.helpdesk = helpdesk
        app.include_router(routes.router)
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            answer = await client.post(f"/hooks/{bench.name}", content=call[1], headers=dict(call[0]))
        while routes._running:
            await next(iter(routes._running))
        return answer.status_code

    assert bench.run(work) == 202 and bench.answers() == [("Emma", "Am Montag.")]


def chatwoot(now: datetime, secret: str = fake_chatwoot.SECRET) -> HandoffDesk:
    return Chatwoot("http://127.0.0.1:9", "t", fake_chatwoot.ACCOUNT, fake_chatwoot.INBOX, secret, 1.0, lambda: now)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_call_from_another_time_is_refused(minutes: int) -> None:
    now = datetime.now(UTC)
    headers, body = fake_chatwoot.signed({"event": "x"}, now)
    assert not chatwoot(now).read(headers, body).matters
    with pytest.raises(WrongSignature):
        chatwoot(now + timedelta(minutes=minutes)).read(headers, body)


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "９", "1" * 40, "nan"])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    body = b"{}"
    digest = hmac.new(fake_chatwoot.SECRET.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()
    headers = {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": timestamp}
    with pytest.raises(WrongSignature):
        chatwoot(datetime.now(UTC)).read(headers, body)


def test_without_a_secret_nothing_is_believed() -> None:
    now = datetime.now(UTC)
    headers, body = fake_chatwoot.signed({"event": "x"}, now, secret="")
    with pytest.raises(WrongSignature):
        chatwoot(now, secret="").read(headers, body)


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"null", b'"x"', b"{", b"\xff", b"[" * 60000])
def test_a_signed_body_that_is_no_object_is_not_understood(body: bytes) -> None:
    zammad = make_zammad()
    digest = hmac.new(fake_zammad.SECRET.encode(), body, "sha1").hexdigest()
    with pytest.raises(NotUnderstood):
        zammad.read({"x-hub-signature": f"sha1={digest}"}, body)


def make_zammad() -> HandoffDesk:
    known = fake_zammad
    return Zammad("http://127.0.0.1:9", known.TOKEN, known.GROUP, known.CUSTOMER, known.SECRET, 1.0)


def test_the_built_in_desk_needs_nothing_outside_and_believes_nobody() -> None:
    store: Any = None
    assert make_helpdesk(load_settings(helpdesk="builtin"), store, store) is None
    with pytest.raises(WrongSignature):
        BuiltinDesk().read({}, b"{}")
