"""The action server as seen from the network: closed without the token, brief when something is wrong."""

import gzip
import json
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from bot.partners import queries
from bot.store import Store
from tests.waiting import until

from .conftest import REFRESH_SECONDS, TOKEN, request_body, running

SECRET = "visitor wrote something private"
ASK = request_body("action_answer", SECRET)
PATHS = [("GET", "/names"), ("GET", "/actions"), ("POST", "/webhook"), ("GET", "/nowhere")]


def brief(answer: httpx.Response) -> bool:
    """An error of a few words that repeats nothing of what was sent and shows no trace."""
    return (
        len(answer.content) < 200
        and SECRET not in answer.text
        and "Traceback" not in answer.text
        and TOKEN not in answer.text
    )


def test_health_is_open_and_says_ok(stranger: httpx.Client) -> None:
    answer = stranger.get("/health")
    assert answer.status_code == 200 and answer.json() == {"status": "ok"}


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"bearer {TOKEN}", TOKEN]
)
def test_without_the_token_everything_else_is_closed(
    stranger: httpx.Client, method: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = stranger.request(method, path, headers=headers, json=ASK if method == "POST" else None)
    assert answer.status_code == 401 and brief(answer)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json", "multipart/form-data"]
)
def test_a_form_of_another_website_cannot_call_an_action(stranger: httpx.Client, kind: str) -> None:
    answer = stranger.post(
        "/webhook", content=json.dumps(ASK), headers={"Content-Type": kind, "Origin": "https://example.org"}
    )
    assert answer.status_code == 401 and brief(answer)
    assert "access-control-allow-origin" not in answer.headers


def test_a_token_with_letters_outside_ascii_is_just_wrong(stranger: httpx.Client) -> None:
    answer = stranger.get("/names", headers={b"Authorization": "Bearer schlüssel".encode()})
    assert answer.status_code == 401 and brief(answer)


def test_a_compressed_body_is_refused(core: httpx.Client) -> None:
    answer = core.post(
        "/webhook", content=gzip.compress(json.dumps(ASK).encode()), headers={"Content-Encoding": "gzip"}
    )
    assert answer.status_code == 415 and brief(answer)


def test_a_body_that_is_too_large_is_refused(core: httpx.Client) -> None:
    answer = core.post("/webhook", content=b'{"next_action": "' + b"x" * 1_100_000 + b'"}')
    assert answer.status_code == 413 and brief(answer)


@pytest.mark.parametrize(
    "body", [f'{{"next_action": "{SECRET}', "", "[]", "null", "7", f'"{SECRET}"', '{"next_action": 7}', "\ufeff{}"]
)
def test_a_broken_body_gets_a_brief_error_without_its_own_words(core: httpx.Client, body: str) -> None:
    answer = core.post("/webhook", content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400, 404, 500)
    assert brief(answer)


def test_broken_json_is_the_callers_fault(core: httpx.Client) -> None:
    answer = core.post("/webhook", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and answer.json() == {"error": "bad request"}


def test_an_unknown_action_is_not_found(core: httpx.Client) -> None:
    answer = core.post("/webhook", json=request_body("action_of_nobody", SECRET))
    assert answer.status_code == 404 and SECRET not in answer.text and len(answer.content) < 300


def test_an_unknown_path_is_not_found(core: httpx.Client) -> None:
    answer = core.get("/nowhere")
    assert answer.status_code == 404 and answer.json() == {"error": "bad request"}


def test_the_actions_are_listed(core: httpx.Client) -> None:
    names = {row["name"] for row in core.get("/actions").json()}
    assert names == {
        "action_answer", "action_show_contact", "action_set_language", "action_affirm", "action_deny",
        "action_feedback_negative", "validate_handoff_form",
    }  # fmt: skip


def test_the_names_come_with_a_tag_and_not_twice(core: httpx.Client, database: Store) -> None:
    first = core.get("/names")
    assert first.status_code == 200
    assert len(first.json()["names"]) == len(database.run(queries.names))
    assert {"name": "Luzhou", "language": "en", "type": "place", "id": "luzhou"} in first.json()["names"]
    tag = first.headers["etag"]
    assert tag == f'"{first.json()["revision"]}"'
    again = core.get("/names", headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag
    assert core.get("/names", headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_new_revision_gives_new_names(core: httpx.Client, database: Store) -> None:
    tag = core.get("/names").headers["etag"]
    with database.session() as session:
        session.execute(text("UPDATE knowledge_revision SET revision = revision + 1"))
    until(lambda: core.get("/names", headers={"If-None-Match": tag}).status_code == 200)


def test_a_database_that_is_away_is_a_brief_503_and_heals(core: httpx.Client, database: Store) -> None:
    with database.session() as session:
        session.execute(text("ALTER TABLE knowledge_revision RENAME TO away"))
    try:
        time.sleep(2 * REFRESH_SECONDS)
        for answer in (core.post("/webhook", json=ASK), core.get("/names")):
            assert answer.status_code == 503 and answer.json() == {"error": "store"}
        assert core.get("/health").status_code == 200
    finally:
        with database.session() as session:
            session.execute(text("ALTER TABLE away RENAME TO knowledge_revision"))
    assert core.post("/webhook", json=ASK).status_code == 200


def test_a_server_without_a_token_of_its_own_lets_nobody_in(database: Store, tmp_path: Path) -> None:
    with running(database, tmp_path, "") as url, httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        for authorization in (None, "", "Bearer", f"Bearer {TOKEN}"):
            headers = {} if authorization is None else {"Authorization": authorization}
            for method, path in PATHS:
                answer = client.request(method, path, headers=headers, json=ASK if method == "POST" else None)
                assert answer.status_code == 401 and brief(answer)
