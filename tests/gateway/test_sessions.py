"""Sessions are made here, signed, and nobody's word but the token's counts."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from bot.gateway.sessions import InvalidToken, Signer
from bot.replies.greeting import GREETING_CHOICES
from bot.replies.problems import LANGUAGES

from .conftest import KEY, Chat
from .fake_core import FakeCore


def test_a_session_opens_with_a_greeting_that_says_it_is_not_a_person(open_chat: Callable[..., Chat]) -> None:
    said = {"en": "not a person", "de": "kein Mensch", "zh": "不是真人"}
    for language in LANGUAGES:
        opened = open_chat(language=language).opened
        [greeting] = opened["messages"]
        assert said[language] in greeting["text"].splitlines()[0]
        assert (opened["language"], greeting["language"], greeting["author"]) == (language, language, "assistant")
        assert 1 <= len(greeting["choices"]) <= 3
        assert datetime.fromisoformat(opened["expires_at"]) > datetime.now(UTC)


def test_greeting_choices_name_intents_once() -> None:
    assert len({intent for intent, _ in GREETING_CHOICES}) == len(GREETING_CHOICES) <= 3


@pytest.mark.parametrize("accepted", [False, None, "missing"])
def test_without_the_notice_accepted_there_is_no_session(client: httpx.Client, accepted: Any) -> None:
    body = {} if accepted == "missing" else {"notice_accepted": accepted}
    answer = client.post("/api/session", json=body, headers={"Accept-Language": "de"})
    assert (answer.status_code, answer.json()["code"]) == (400, "notice_not_accepted")
    assert "bestätigen" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        ("zh", "de", "zh"),
        ("de-AT", "en", "de"),
        ("fr", "de;q=0.5, zh;q=0.9", "zh"),
        (None, "zh-CN,zh;q=0.9", "zh"),
        (None, "fr-FR, fr", "en"),
        (None, "de;q=x, zh;q=0.1", "zh"),
        (None, None, "en"),
    ],
)
def test_the_language_comes_from_the_body_then_the_browser_then_english(
    client: httpx.Client, body: str | None, header: str | None, expected: str
) -> None:
    headers = {"Accept-Language": header} if header else {}
    answer = client.post("/api/session", json={"language": body, "notice_accepted": True}, headers=headers)
    assert answer.json()["language"] == expected


def _token(**changes: Any) -> str:
    payload = {"sub": "someone", "exp": int(time.time()) + 60, "lang": "de"} | changes
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, KEY, "HS256")


def _broken_tokens(good: str) -> dict[str, str | None]:
    head, body, signature = good.split(".")
    return {
        "missing": None,
        "empty": "",
        "words": "not a token",
        "altered": f"{head}.{body[:-2]}AA.{signature}",
        "other signature": f"{head}.{body}.{signature[::-1]}",
        "no signature": f"{head}.{body}.",
        "alg none": jwt.encode({"sub": "x", "exp": time.time() + 60}, "", "none"),
        "other key": jwt.encode({"sub": "x", "exp": time.time() + 60}, "k" * 40, "HS256"),
        "other algorithm": jwt.encode({"sub": "x", "exp": time.time() + 60}, KEY * 2, "HS512"),
        "expired": _token(exp=int(time.time()) - 1),
        "no exp": _token(exp=None),
        "no sub": _token(sub=None),
        "sub not a string": _token(sub=None) + "x",
        "exp without bounds": _token(exp=10**30),
        "unknown conversation": _token(),
    }


@pytest.mark.parametrize("kind", _broken_tokens("a.b.c"))
def test_a_token_that_is_not_whole_and_in_time_is_refused_everywhere(chat: Chat, core: FakeCore, kind: str) -> None:
    token = _broken_tokens(chat.opened["token"])[kind]
    headers = {} if token is None else {"Authorization": f"Bearer {token}".strip()}
    body = {"id": str(uuid.uuid4()), "text": "hello"}
    for answer in (
        chat.http.post("/api/messages", json=body, headers=headers),
        chat.http.get("/api/messages", headers=headers),
        chat.http.get("/api/stream", headers=headers),
        chat.http.get("/api/export", headers=headers),
        chat.http.delete("/api/session", headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] in ("unauthorized", "session_ended")
    assert core.asked == []
    assert len(chat.history()) == 1


def test_an_expired_token_still_decides_the_language_of_the_refusal(client: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {_token(exp=int(time.time()) - 5)}", "Accept-Language": "zh"}
    assert client.get("/api/messages", headers=headers).json()["detail"].startswith("Diese Chatsitzung")


def test_ids_and_metadata_sent_by_a_client_are_ignored(open_chat: Callable[..., Chat], core: FakeCore) -> None:
    victim, other = open_chat(), open_chat()
    before = victim.history()
    claimed = {
        "sender": "x",
        "session_id": "x",
        "conversation_id": victim.opened["token"],
        "input_channel": "tg:1:2",
        "metadata": {"is_admin": True},
        "channel": "telegram",
        "language": "zh",
    }
    assert other.post({"id": str(uuid.uuid4()), "text": "hello", **claimed}).status_code == 200
    assert victim.history() == before
    [asked] = core.asked
    assert set(asked) == {"conversation", "message_id", "text", "choice", "language", "channel"}
    assert (asked["channel"], asked["language"], asked["text"]) == ("web", "en", "hello")


def test_the_page_is_kept_without_its_query(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(page="/partners/?mail=jo@example.org#x\u202e")
    assert chat.http.get("/api/export", headers=chat.headers).json()["page"] == "/partners/"


def test_a_session_key_must_be_long() -> None:
    with pytest.raises(ValueError, match="32"):
        Signer("short", timedelta(hours=1))


def test_tokens_of_one_signer_are_all_different() -> None:
    signer = Signer(KEY, timedelta(hours=1))
    tokens = [signer.issue("en") for _ in range(50)]
    assert len({claims.conversation for _, claims in tokens}) == 50
    assert signer.read(tokens[0][0]) == tokens[0][1]
    with pytest.raises(InvalidToken):
        Signer("o" * 40, timedelta(hours=1)).read(tokens[0][0])
