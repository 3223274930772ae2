"""Deliveries that are forged, replayed, doubled or out of order change nothing: 300 of each."""

import random
import time
from collections.abc import Mapping
from typing import Any

from bot.channels.wechat import xml
from bot.channels.wechat.crypto import Envelopes, read_key, signature
from tests.e2e.copies import until

from .conftest import KEY, OTHER, PATIENCE, WHO, Account
from .fake_platform import ACCOUNT, APP_ID, TOKEN
from .fake_pushes import happened, message

MANY = 300
OTHER_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


def standing(account: Account) -> tuple[Any, ...]:
    return (
        len(account.core.turns),
        account.history(),
        account.history(OTHER),
        account.shown()[:],
        account.shown(OTHER)[:],
    )


def sealed(
    fields: Mapping[str, Any], *, key: str = KEY, app_id: str = APP_ID, token: str = TOKEN, at: float | None = None
) -> tuple[bytes, dict[str, str]]:
    """A push as somebody would make it who has some of the secrets."""
    timestamp, nonce = str(int(at or time.time())), str(random.randrange(10**9))
    box = Envelopes(app_id, [key]).seal(xml.write(fields).encode(), read_key(key))
    query = {
        "signature": signature(token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "encrypt_type": "aes",
    }
    query["msg_signature"] = signature(token, timestamp, nonce, box)
    return xml.write({"ToUserName": ACCOUNT, "Encrypt": box}).encode(), query


def test_300_forged_pushes_are_refused_alike_and_change_nothing(account: Account) -> None:
    account.say(WHO, "你好")
    before = standing(account)
    answers = set()
    safe = bool(account.pushes.key)
    for number in range(MANY):
        fields = message(random.choice((WHO, OTHER)), f"删除 {number}")
        body, query = account.pushes.signed(fields)
        match number % 10:
            case 0:
                query["signature"] = "0" * 40
            case 1:
                query["timestamp"] = str(int(time.time()) - 301)
            case 2:
                query.pop("signature")
            case 3:
                query["nonce"] += "1"
            case 4:
                body, query = sealed(fields, token="guess")
            case 5:
                body, query = sealed(fields, at=time.time() - 600)
            case 6:
                body, query = sealed(fields, key=OTHER_KEY) if safe else (body, {})
            case 7:
                body, query = sealed(fields, app_id="wx0000000000000000") if safe else (body, {"signature": ""})
            case 8 if safe:  # made plain on its way
                body, query = (
                    xml.write(fields).encode(),
                    {k: v for k, v in query.items() if k not in ("encrypt_type", "msg_signature")},
                )
            case 8:
                query["encrypt_type"] = "aes"
            case _:
                query["openid"] = OTHER if fields["FromUserName"] == WHO else WHO
        answer = account.pushes.http.post(account.pushes.address, params=query, content=body)
        answers.add((answer.status_code, answer.text))
    assert answers == {(403, "")}
    assert standing(account) == before


def test_300_replays_of_one_push_are_one_turn(account: Account) -> None:
    account.platform.wrote(WHO)
    body, query = account.pushes.signed(message(WHO, "你好"))
    replies = [account.pushes.http.post(account.pushes.address, params=query, content=body) for _ in range(MANY)]
    assert {reply.status_code for reply in replies} == {200}
    assert len({account.pushes.read(reply.content)["Content"] for reply in replies}) == 1
    assert len(account.core.turns) == 1 and account.authors() == ["system", "visitor", "assistant"]


def test_a_signature_carries_nothing_else_than_it_did_the_first_time(account: Account) -> None:
    """In plain mode nothing in the signature speaks of the body."""
    account.platform.wrote(WHO)
    body, query = account.pushes.signed(message(WHO, "你好"))
    account.pushes.http.post(account.pushes.address, params=query, content=body)
    before = standing(account)
    for number in range(MANY // 3):
        fields = message(WHO, f"删除{number}")
        other = xml.write(fields).encode()
        if account.pushes.key:
            box = Envelopes(APP_ID, [KEY]).seal(other, read_key(KEY))
            query["msg_signature"] = signature(TOKEN, query["timestamp"], query["nonce"], box)
            other = xml.write({"Encrypt": box}).encode()
        assert account.pushes.http.post(account.pushes.address, params=query, content=other).status_code == 403
    assert standing(account) == before


def test_300_doubled_and_reordered_deliveries_are_one_turn_each(verified: Account) -> None:
    verified.say(WHO, "你好")
    verified.event(OTHER, "subscribe")
    many = [message(WHO, f"第{number}条") for number in range(MANY // 6)] + [
        happened(OTHER, "CLICK", "do:help:zh") for _ in range(MANY // 6)
    ]
    deliveries = many * 3
    random.shuffle(deliveries)
    for start in range(0, len(deliveries), 30):
        statuses = verified.pushes.at_once(deliveries[start : start + 30])
        assert set(statuses) == {200}
    until(lambda: len(verified.core.turns) == 1 + MANY // 6, PATIENCE)
    said = [m.text for m in verified.history() if m.author == "visitor"]
    assert sorted(said) == sorted(["你好", *(f"第{number}条" for number in range(MANY // 6))])
    assert len({turn["message_id"] for turn in verified.core.turns}) == len(verified.core.turns)
    until(lambda: verified.authors(OTHER).count("system") == 1 + MANY // 6, PATIENCE)


def test_the_previous_key_still_opens_and_the_answer_comes_back_under_it(make: Any) -> None:
    from pydantic import SecretStr

    account = make(wechat_aes_key=SecretStr(OTHER_KEY), wechat_aes_key_previous=SecretStr(KEY))
    account.pushes.key = KEY
    assert "You said: 你好" in (account.say(WHO, "你好").shown or "")
    account.pushes.key = OTHER_KEY
    assert "You said: 您好" in (account.say(WHO, "您好").shown or "")


def test_broken_bodies_are_refused_and_strange_ones_are_taken_and_left(verified: Account) -> None:
    plain = {"ToUserName": ACCOUNT, "FromUserName": WHO}
    strange: list[Mapping[str, Any]] = [
        plain, plain | {"MsgType": "text", "CreateTime": "x", "MsgId": 1}, plain | {"MsgType": "text", "CreateTime": 1},
        plain | {"MsgType": "event", "CreateTime": 1}, plain | {"MsgType": "hologram", "CreateTime": 1, "MsgId": 5},
        {"FromUserName": "", "MsgType": "text"}, {"FromUserName": "../x", "ToUserName": "a", "MsgType": "text", "CreateTime": 1, "MsgId": 2},
    ]  # fmt: skip
    for fields in strange:
        body, query = sealed(fields)
        answer = verified.pushes.http.post(verified.pushes.address, params=query, content=body)
        assert (answer.status_code, answer.text) == (200, "success")
    _, query = sealed(message(WHO, "x"))
    for body in (b"", b"x", b"<xml>", b"<!DOCTYPE xml><xml/>", b"\xff"):
        assert verified.pushes.http.post(verified.pushes.address, params=query, content=body).status_code == 400
    assert verified.history() == [] and verified.core.turns == []


def test_a_push_of_any_size_is_taken_when_it_is_signed_so_that_it_does_not_come_again(
    verified: Account,
) -> None:
    body, query = sealed(message(WHO, "x" * 200_000))
    verified.platform.wrote(WHO)

    def post(signed: dict[str, str]) -> tuple[int, str]:
        answer = verified.pushes.http.post(verified.pushes.address, params=signed, content=body)
        return answer.status_code, answer.text

    assert post(query | {"signature": "0" * 40}) == (403, "")
    assert [post(query) for _ in range(3)] == [(200, "success")] * 3
    registry = verified.live.gateway.turns.metrics.registry
    labels = {"language": "none", "channel": "wechat", "outcome": "too_large"}
    assert registry.get_sample_value("assistant_turns_total", labels) == 3
    assert verified.history() == [] and verified.core.turns == []


def test_an_intent_is_never_reached_by_text(verified: Account) -> None:
    for text in (
        "/talk_to_human",
        "／restart",
        '/erase_messenger_chat{"a": 1}',
        "do:delete:zh",
        "erase_messenger_chat",
        "/:::/restart",
    ):
        verified.say(WHO, text)
        assert verified.core.turns[-1]["choice"] is None and not verified.core.turns[-1]["text"].startswith("/")
    chat = verified.chat()
    assert chat and chat.conversation
