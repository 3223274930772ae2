"""Whatever is sent, the answer is a problem in the visitor's language, gives nothing away, and the gateway lives."""

import json
import socket
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.gateway import edge, server
from bot.replies.problems import LANGUAGES, NOTICES, PROBLEMS, problem_text

from .conftest import Chat
from .fake_core import FakeCore

ID = str(uuid.uuid4())
BODIES = {
    "empty": b"",
    "list": b"[]",
    "string": b'"x"',
    "number": b"5",
    "null": b"null",
    "cut": b'{"id": "',
    "form": b"a=b&c=d",
    "bad utf-8": b'{"id": "\xff\xfe"}',
    "deep": b"[" * 20_000,
    "huge number": b'{"id": ' + b"9" * 6_000 + b"}",
    "nan": b'{"id": NaN}',
    "no id": b'{"text": "hello"}',
    "only id": json.dumps({"id": ID}).encode(),
    "both": json.dumps({"id": ID, "text": "a", "choice": "b"}).encode(),
    "id not a uuid": b'{"id": "1", "text": "hello"}',
    "id with nul": b'{"id": "\\u0000", "text": "hello"}',
}
TYPES: list[Any] = [1, 1.5, True, [], ["a"], {}, {"a": 1}]


def _assert_problem(answer: httpx.Response, status: int, language: str) -> None:
    body = answer.json()
    assert answer.status_code == status == body["status"], answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    assert body["detail"] == problem_text(body["code"], language)
    for leak in ("Traceback", ".py", "sqlite", "uvicorn", "pydantic", "starlette", "site-packages", "SELECT"):
        assert leak not in answer.text
    assert "server" not in answer.headers


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_bodies_that_are_not_a_message(
    open_chat: Callable[..., Chat], core: FakeCore, name: str, content_type: str
) -> None:
    chat = open_chat(language="de")
    headers = chat.headers | {"Content-Type": content_type}
    _assert_problem(chat.http.post("/api/messages", content=BODIES[name], headers=headers), 400, "de")
    session = chat.http.post("/api/session", content=BODIES[name], headers={"Accept-Language": "zh"})
    _assert_problem(session, 400, "zh")
    assert core.asked == []


@pytest.mark.parametrize("field", ["id", "text", "choice"])
@pytest.mark.parametrize("value", TYPES, ids=repr)
def test_fields_of_a_wrong_type(chat: Chat, field: str, value: Any) -> None:
    body = {"id": str(uuid.uuid4()), "text": "hello"} | {field: value}
    _assert_problem(chat.post(body), 400, "en")


@pytest.mark.parametrize("field", ["language", "page", "notice_accepted"])
@pytest.mark.parametrize("value", [1, [], {}, "yes", 1.5], ids=repr)
def test_session_fields_of_a_wrong_type(client: httpx.Client, field: str, value: Any) -> None:
    if value == "yes" and field != "notice_accepted":
        return
    answer = client.post("/api/session", json={"notice_accepted": True} | {field: value})
    _assert_problem(answer, 400, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_over_the_limit_gets_a_friendly_notice(open_chat: Callable[..., Chat], language: str) -> None:
    chat = open_chat(language=language)
    answer = chat.say("a" * 2001)
    _assert_problem(answer, 400, language)
    assert answer.json()["code"] == "message_too_long"
    assert chat.say("a b" * 666).status_code == 200


@pytest.mark.parametrize("size", [65 * 1024, 5 * 1024 * 1024])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused(open_chat: Callable[..., Chat], size: int, chunked: bool) -> None:
    chat = open_chat(language="zh")
    body = b'{"text": "' + b"a" * size
    content = (body[i : i + 8192] for i in range(0, size, 8192)) if chunked else body
    _assert_problem(chat.http.post("/api/messages", content=content, headers=chat.headers), 413, "zh")


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 30, "1e9"])
def test_odd_content_lengths_do_no_harm(client: httpx.Client, length: str) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=60) as raw:
        raw.sendall(
            b"POST /api/session HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            + f"Content-Length: {length}\r\n\r\n".encode()
        )
        assert b" 4" in raw.recv(4096)
    assert client.get("/healthz").status_code == 200


def test_a_body_that_never_comes_is_given_up(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.5)
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=60) as raw:
        raw.sendall(b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
        assert b"408" in raw.recv(4096)


def test_a_head_that_never_ends_is_given_up(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.5)
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=60) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert raw.recv(4096) == b""


@pytest.mark.parametrize(
    "text",
    [
        "\x00ask\x00",
        "👩‍👩‍👧‍👦",
        "a" + "\u0301" * 500,
        "\u202eabc",
        "\x1b[31mred",
        "?!",
        "12345",
        "我",
        "Неrnе",
        "{slot} {{x}} ${y}",
    ],
)
def test_odd_characters_get_an_ordinary_answer(chat: Chat, text: str) -> None:
    answer = chat.say(text)
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["text"]


def test_lone_surrogates_and_nul_anywhere_are_harmless(client: httpx.Client, core: FakeCore) -> None:
    raw = b'{"notice_accepted": true, "language": "\\ud800", "page": "/\\u0000\\udfff", "extra": "\\ud800"}'
    opened = client.post("/api/session", content=raw, headers={"Content-Type": "application/json"})
    assert opened.status_code == 201
    headers = {"Authorization": f"Bearer {opened.json()['token']}", "Content-Type": "application/json"}
    body = b'{"id": "%s", "text": "a\\ud800b\\u0000"}' % str(uuid.uuid4()).encode()
    assert client.post("/api/messages", content=body, headers=headers).status_code == 200
    assert core.turns[-1]["text"] == "ab"
    odd = client.get("/api/messages", params={"after": "\x00"}, headers=headers)
    assert odd.json()["code"] == "message_not_found"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/page.py", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/webhooks/rest/webhook", 404),
        ("PUT", "/api/session", 405),
        ("GET", "/api/session", 405),
        ("POST", "/", 405),
        ("PATCH", "/api/messages", 405),
    ],
)
def test_other_addresses_and_methods_are_problems_too(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    _assert_problem(client.request(method, path, headers={"Accept-Language": "de"}), status, "de")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=-1", f"after={'a' * 200}"])
def test_bad_queries_are_problems(chat: Chat, query: str) -> None:
    _assert_problem(chat.http.get(f"/api/messages?{query}", headers=chat.headers), 400, "en")


def test_every_problem_and_notice_is_said_in_three_languages() -> None:
    for status, texts in PROBLEMS.values():
        assert 400 <= status < 600
        assert set(texts) == set(LANGUAGES)
        assert all(text.strip() for text in texts.values())
    assert all(set(texts) == set(LANGUAGES) for texts in NOTICES.values())
