"""A conversation is forgotten under its lock, a changed model is not loaded, and the log holds nothing a visitor wrote."""
import json
import sqlite3
import subprocess
import sys

import pytest

from bot.core.archive import digest, refusal
from tests.core.running_core import RunningCore, new_id

CANARY = "Quirina Zabelstein"
MAIL = "q.zabelstein@example.org"
FAILING = (500, {"events": [], "responses": "no list"}, b"{", 5.0)


@pytest.fixture(scope="module", params=["INFO", "DEBUG"])
def core(request, tmp_path_factory, root):
    core = RunningCore(tmp_path_factory.mktemp("core"), root)
    core.environment["LOG_LEVEL"] = request.param
    core.start()
    yield core
    core.kill()


def rows(core, conversation):
    with sqlite3.connect(core.folder / "var" / "tracker.db") as db:
        return db.execute("SELECT count(*) FROM events WHERE sender_id = ?", (conversation,)).fetchone()[0]


def test_an_erased_conversation_leaves_nothing_and_begins_anew(core):
    conversation, other = new_id(), new_id()
    core.turn(f"hello, my name is {CANARY}", conversation)
    core.turn("hello", other)
    assert rows(core, conversation) > 0
    assert core.request("POST", "/webhooks/gateway/erase", {"conversation": conversation})[0] == 204
    assert rows(core, conversation) == 0 < rows(core, other)
    files = [path.read_bytes() for path in (core.folder / "var").glob("tracker.db*")]
    assert not any(CANARY.encode() in content for content in files)
    assert core.request("POST", "/webhooks/gateway/erase", {"conversation": conversation})[0] == 204
    assert core.turn("hello", conversation)[0] == 200 and rows(core, conversation) > 0


def test_erasing_waits_for_the_turn_that_is_under_way(core):
    conversation = new_id()
    core.turn("hello", conversation)
    core.actions.behaviour = 1.0
    waiting = core.begin_turn("who is the chamber", conversation)
    assert core.request("POST", "/webhooks/gateway/erase", {"conversation": conversation})[0] == 204
    waiting()
    assert rows(core, conversation) == 0 or core.request("POST", "/webhooks/gateway/erase", {"conversation": conversation})[0] == 204


@pytest.mark.parametrize("body", [b"[]", b"{", {"conversation": 5}, {"conversation": "ä"}, {}])
def test_what_names_no_conversation_is_refused(core, body):
    assert core.request("POST", "/webhooks/gateway/erase", body)[0] == 400


def test_erasing_needs_the_secret(core):
    assert core.request("POST", "/webhooks/gateway/erase", {"conversation": "c"}, "wrong")[0] == 401


def test_no_line_of_the_log_holds_what_a_visitor_wrote_also_when_turns_fail(core):
    conversation = new_id()
    for behaviour in ({"events": [], "responses": [{"text": f"Good day {CANARY}"}]}, *FAILING):
        core.actions.behaviour = behaviour
        for text in (f"who is {CANARY}", f"wo ist {CANARY} {MAIL}", "１３８１２３４５６７８ 是我的电话", '/ask{"x": "' + CANARY + '"}'):
            core.turn(text, conversation)
    with sqlite3.connect(core.folder / "var" / "tracker.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        assert core.turn(f"is it {CANARY}")[0] in (503, 504)
    log = (core.folder / "run.log").read_text("utf-8")
    for canary in (*CANARY.split(), "zabelstein", "１３８", "13812345678", json.dumps("是我的")[1:-1]):
        assert canary not in log, next(line for line in log.splitlines() if canary in line)
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"turn", "ms", "actions_ms", "intent"} <= set(next(line for line in lines if line["event"] == "turn"))
    assert any("Action action_answer failed" in line["event"] and line["turn"] for line in lines)


def test_an_archive_that_was_changed_or_has_no_hash_is_refused(tmp_path):
    model = tmp_path / "core.tar.gz"
    model.write_bytes(b"model")
    note = tmp_path / "core.tar.gz.sha256"
    assert "no hash" in refusal(str(model), "")
    note.write_text(digest(model) + "\n")
    assert refusal(str(model), "") is None and refusal(str(model), digest(model)) is None
    model.write_bytes(b"other")
    assert "not the model" in refusal(str(model), "")
    note.write_text(digest(model) + "\n")
    assert refusal(str(model), "") is None and "not the model" in refusal(str(model), "0" * 64)
    assert "no model" in refusal(str(tmp_path / "none.tar.gz"), "")


def test_the_core_does_not_start_with_an_archive_that_was_changed(core):
    model = next((core.folder / "models").glob("*.tar.gz"))
    tampered = model.with_name("tampered.tar.gz")
    tampered.write_bytes(model.read_bytes() + b"\0")
    tampered.with_name("tampered.tar.gz.sha256").write_text(digest(model))
    command = [sys.executable, "-m", "bot.core", "run", "--model", str(tampered)]
    done = subprocess.run(command, cwd=core.folder, env=core.environment, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and "not the model that was trained" in done.stderr
