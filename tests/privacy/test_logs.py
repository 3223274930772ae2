"""The log: structured lines with a turn, and nothing that a visitor wrote, whoever prints it."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog

from bot.common import logs
from bot.privacy.logs import install
from bot.settings import ROOT

from .canaries import CANARIES, found_in, messages


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """The log of a process; everything is as it was afterwards."""
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    before = (root.handlers[:], root.level, sys.excepthook)
    stream = io.StringIO()
    install("gateway", "DEBUG")
    assert isinstance(root.handlers[0], logging.StreamHandler)
    root.handlers[0].setStream(stream)
    yield stream
    logging.setLogRecordFactory(factory)
    root.handlers[:], root.level, sys.excepthook = before[0], before[1], before[2]
    logging.captureWarnings(False)
    structlog.reset_defaults()
    logs.turn.set("")
    logs.said.set("")


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_there_are_fifty_canaries_of_all_kinds() -> None:
    assert len(set(CANARIES)) == 50 == len(messages())
    assert all(found_in(canary.encode()) for canary in CANARIES)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
def test_what_a_visitor_wrote_is_taken_out_of_every_line_of_its_turn(out: io.StringIO, level: int) -> None:
    for _, text in messages():
        logs.enter("message", text)
        for name in ("bot.gateway.x", "actions.x", "sqlalchemy.engine", "asyncio", "rasa.core.x", "uvicorn.error"):
            logger = logging.getLogger(name)
            logger.log(level, "said %s", text)
            logger.log(level, "said '%s' and more", text)
            logger.log(level, f"[parameters: {{'text': {text!r}}}]")
            try:
                raise ValueError(text)
            except ValueError:
                logger.log(level, "failed", exc_info=True)
        structlog.get_logger("bot.x").warning("event", text=text)
    assert found_in(out.getvalue().encode()) == []
    if level >= logging.WARNING:
        assert "ValueError at test_logs.py" in out.getvalue()


def test_without_knowing_the_turn_numbers_and_addresses_are_still_taken_out(out: io.StringIO) -> None:
    for canary in (
        "quirin.zabelfeld@example.org",
        "+49 2323 9988771",
        "13899887766",
        "１３８９９８８７７７７",
        "DE89370400440532013000",
    ):
        logging.getLogger("bot.x").error("about %s", canary)
        logging.getLogger("library").error("about %s", canary)
    assert found_in(out.getvalue().encode()) == [] and len(lines(out)) == 10


def test_other_peoples_code_says_nothing_below_warning(out: io.StringIO) -> None:
    logging.getLogger("library").setLevel(logging.DEBUG)
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("something")
    assert [line["event"] for line in lines(out)] == ["something"]


def test_of_rasas_structured_lines_only_names_and_numbers_are_left(out: io.StringIO) -> None:
    fields = {
        "event": "processor.message.parse",
        "text": "Quirin",
        "parsed": ["Quirin"],
        "action_name": "action_answer",
        "confidence": 0.5,
    }
    logging.getLogger("rasa.core.processor").setLevel(logging.DEBUG)
    logging.getLogger("rasa.core.processor").debug(json.dumps(fields))
    assert lines(out)[0]["event"] == "processor.message.parse action_name=action_answer confidence=0.5"


def test_a_line_is_one_json_object_whatever_is_in_it(out: io.StringIO) -> None:
    logs.enter("0b4e6c7e")
    logging.getLogger("bot.x").error(
        "two\nlines \x1b[31m red 你好 %s", "x", extra={"fields": {"ms": 1.5, "what": "a\nb"}}
    )
    [line] = lines(out)
    assert line["turn"] == logs.turn_of("0b4e6c7e") and line["ms"] == 1.5
    assert set(line) == {"at", "level", "process", "logger", "turn", "event", "ms", "what"}
    assert out.getvalue().count("\n") == 1 and "\x1b" not in out.getvalue()


def test_arguments_that_do_not_fit_and_warnings_are_lines_too(out: io.StringIO) -> None:
    logging.getLogger("bot.x").error("%d of %s", "x")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("Failed to parse arguments in line 'Quirin Zabelfeld'", stacklevel=1)
    assert "Zabelfeld" not in out.getvalue() and len(lines(out)) == 2


def test_a_task_that_nobody_awaited_shows_no_words(out: io.StringIO) -> None:
    async def main() -> None:
        async def failing() -> None:
            raise ValueError("Quirin Zabelfeld")

        task = asyncio.create_task(failing())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_exception_handler(
            {"message": "never retrieved", "exception": task.exception(), "task": task}
        )

    asyncio.run(main())
    assert "never retrieved" in out.getvalue() and "Zabelfeld" not in out.getvalue()


def test_an_exception_that_ends_the_process_shows_its_kind_and_place_only() -> None:
    code = "from bot.privacy.logs import install; install('x', 'INFO'); raise ValueError('Quirin Zabelfeld')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1 and "ValueError" in done.stdout and "Zabelfeld" not in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["", "x"])
def test_a_short_message_does_not_empty_every_line(out: io.StringIO, text: str) -> None:
    logs.enter("m", text)
    logging.getLogger("bot.x").error("an example")
    assert lines(out)[0]["event"] == "an example"
