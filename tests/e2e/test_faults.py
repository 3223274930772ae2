"""Processes that die, hang or find their database locked: the visitor is told, and nothing is lost or done twice."""

import json
import re
import signal
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.replies.problems import LANGUAGES, problem_text

from .copies import Copy, Visitor, replies, started, until, words
from .phrases import AND_WHERE, DUESSELDORF, INNOBANX

TROUBLE = {"en": "not working", "de": "gestört", "zh": "故障"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy of this module's own, since it is harmed."""
    with started(tmp_path_factory.mktemp("harmed"), DESK_CONTACTS="{}") as running:
        yield running


@pytest.fixture(autouse=True)
def ready(copy: Copy) -> None:
    """Each test begins with everything up."""
    until(copy.is_ready)


def _talk(copy: Copy, language: str) -> Visitor:
    """A visitor in the middle of a conversation about Innobanx."""
    visitor = Visitor(copy, language)
    assert DUESSELDORF[language] in words(visitor.ask(INNOBANX[language]))
    return visitor


def test_a_killed_core_is_started_again_and_knows_the_context(copy: Copy) -> None:
    visitors = [_talk(copy, language) for language in LANGUAGES]
    core = copy.process("core")
    core.kill()
    refused = visitors[1].post(text=AND_WHERE["de"], id=(first := str(uuid.uuid4())))
    if refused.status_code != 200:
        assert refused.status_code == 503
        assert refused.json()["detail"] == problem_text("assistant_away", "de")
    for visitor in visitors:
        message_id = first if visitor.language == "de" else str(uuid.uuid4())
        answer = visitor.insist(AND_WHERE[visitor.language], message_id)
        assert DUESSELDORF[visitor.language] in words(answer)
        assert visitor.turns(AND_WHERE[visitor.language]) == [["assistant"] * len(answer)]
        assert replies(visitor.post(id=message_id, text=AND_WHERE[visitor.language])) == answer
    assert copy.process("core").pid != core.pid
    assert re.search("core process ended .* started again", copy.log)


def test_a_core_killed_while_it_answers_leaves_exactly_one_turn(copy: Copy) -> None:
    visitor = _talk(copy, "en")
    message_id = str(uuid.uuid4())
    core = copy.process("core")
    core.suspend()
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(visitor.post, id=message_id, text=AND_WHERE["en"])
        until(lambda: visitor.turns(AND_WHERE["en"]))  # the gateway has it, and the core is being asked
        core.kill()
        assert sent.result(90).status_code in (200, 503)
    answer = visitor.insist(AND_WHERE["en"], message_id)
    assert "Düsseldorf" in words(answer)
    assert visitor.turns(AND_WHERE["en"]) == [["assistant"] * len(answer)]


def test_a_hanging_action_server_is_admitted_while_it_hangs(copy: Copy) -> None:
    visitors = [_talk(copy, language) for language in LANGUAGES]
    actions = copy.process("actions")
    actions.suspend()
    try:
        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda visitor: visitor.ask(AND_WHERE[visitor.language]), visitors))
    finally:
        actions.resume()
    for visitor, answer in zip(visitors, answers, strict=True):
        assert TROUBLE[visitor.language] in answer[0]["text"]
        assert len(answer) == 1
    for visitor in visitors:
        assert DUESSELDORF[visitor.language] in words(visitor.ask(AND_WHERE[visitor.language]))


def test_a_killed_action_server_is_admitted_and_started_again(copy: Copy) -> None:
    visitor = _talk(copy, "zh")
    killed = copy.process("actions")
    killed.kill()
    answer = visitor.ask(AND_WHERE["zh"])
    assert TROUBLE["zh"] in answer[0]["text"] or DUESSELDORF["zh"] in answer[0]["text"]
    until(lambda: DUESSELDORF["zh"] in words(visitor.ask(AND_WHERE["zh"])))
    assert copy.process("actions").pid != killed.pid


@pytest.mark.parametrize("file", ["assistant.db", "tracker.db"])
def test_a_locked_database_file_delays_or_refuses_but_loses_nothing(copy: Copy, file: str) -> None:
    visitor = _talk(copy, "de")
    message_id = str(uuid.uuid4())
    assert (copy.var_dir / file).exists()
    other = sqlite3.connect(copy.var_dir / file, isolation_level=None)
    other.execute("PRAGMA busy_timeout = 60000")
    other.execute("BEGIN EXCLUSIVE")
    try:
        refused = visitor.post(id=message_id, text=AND_WHERE["de"])
        if refused.status_code != 200:
            assert refused.status_code == 503
            assert refused.json()["detail"] == problem_text("store_away", "de")
    finally:
        other.execute("COMMIT")
        other.close()
    answer = visitor.insist(AND_WHERE["de"], message_id)
    assert "Düsseldorf" in words(answer)
    assert visitor.turns(AND_WHERE["de"]) == [["assistant"] * len(answer)]


def test_a_killed_gateway_comes_back_with_the_history_and_the_stream_resumes(copy: Copy) -> None:
    visitor = _talk(copy, "en")
    before = visitor.history()
    assert [m["id"] for m in _streamed(visitor, None, len(before))] == [m["id"] for m in before]
    killed = copy.process("gateway")
    killed.kill()
    until(copy.is_ready)
    assert copy.process("gateway").pid != killed.pid
    assert visitor.history() == before
    read_up_to = before[1]["id"]
    answer = visitor.ask(AND_WHERE["en"])
    assert "Düsseldorf" in words(answer)
    expected = [m["id"] for m in visitor.history()][2:]
    assert [m["id"] for m in _streamed(visitor, read_up_to, len(expected))] == expected


def _streamed(visitor: Visitor, last_event_id: str | None, count: int) -> list[dict[str, Any]]:
    """The first `count` messages of the event stream behind an event id."""
    found: list[dict[str, Any]] = []
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    event = ""
    with visitor.http.stream("GET", "/api/stream", headers=headers, timeout=90) as stream:
        assert stream.status_code == 200
        for line in stream.iter_lines():
            if line.startswith("event:"):
                event = line.removeprefix("event:").strip()
            elif line.startswith("data:") and event == "message":
                found.append(json.loads(line.removeprefix("data:")))
                if len(found) == count:
                    break
    return found


def test_a_process_that_ignores_the_request_to_end_is_ended(copy: Copy) -> None:
    """Last, since it stops the copy: a hanging action server does not keep the others from ending."""
    children = copy.supervisor().children(recursive=True)
    supervisor = copy.supervisor()
    copy.process("actions").suspend()
    supervisor.send_signal(signal.SIGTERM)
    supervisor.wait(90)
    assert [child for child in children if child.is_running()] == []
