"""Lines of the log, of all processes: JSON, with the turn they belong to, and without what a visitor wrote.

Records are cleaned where they are made, so that it does not matter who prints them. What other people's code says is
trusted less than our own: what it puts between quotes is taken out, below WARNING it says nothing.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import datetime, timezone
from hashlib import sha256
from types import TracebackType
from typing import Any, TextIO

from bot.common.redaction import redact

OWN = ("bot", "actions")
TAKEN_OUT = "[…]"
LONGEST = 2000
SHORTEST_SAID = 2  # characters; a single letter says nothing and stands in every word

turn: ContextVar[str] = ContextVar("turn", default="")  # of which message this is the work
said: ContextVar[str] = ContextVar("said", default="")  # what was written in it

_QUOTED = re.compile(r"'.*'|\".*\"|`.*`|«.*»|„.*“|「.*」|“.*”", re.S)
# Of the fields of Rasa's own lines these are names of ours; numbers and truth values say nothing about a visitor either.
_PLAIN_FIELDS = frozenset({"event", "level", "action_name", "policy_name", "rule_name", "node_name"})


def turn_of(message_id: str) -> str:
    """Stands for a message in the log: the same in each process, and no way back to it."""
    return sha256(message_id.encode("utf-8", "replace")).hexdigest()[:12]


def enter(message_id: str, text: str = "") -> None:
    """From here on lines belong to this message; `text` is kept out of them."""
    turn.set(turn_of(message_id))
    said.set(text)


def clean(message: str, logger: str) -> str:
    """What may be printed of a message that `logger` gave."""
    if logger.partition(".")[0] == "rasa" and message.startswith("{"):
        message = _own_fields(message)
    elif logger.partition(".")[0] not in OWN:
        message = _QUOTED.sub(TAKEN_OUT, message[:LONGEST])
    text = said.get()
    if len(text) >= SHORTEST_SAID:
        message = message.replace(text, TAKEN_OUT)
    return redact(message)


class Record(logging.LogRecord):
    """A record that never held personal data: message cleaned, an exception only as its kind and place."""

    def __init__(
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        *rest: Any,
        **more: Any,
    ) -> None:
        super().__init__(name, level, pathname, lineno, msg, args, exc_info, *rest, **more)
        try:
            message = super().getMessage()
        except Exception:  # arguments that do not fit; the message alone says where that is
            message = str(msg)
        kind, _, trace = exc_info if isinstance(exc_info, tuple) and len(exc_info) == 3 else (None, None, None)
        if kind is not None:
            message = f"{message} [{kind.__name__} at {', '.join(places(trace)) or 'no place'}]"
        whose = name.partition(".")[0]
        self.held_back = level < logging.WARNING and whose not in OWN and not (whose == "rasa" and message[:1] == "{")
        cleaned = TAKEN_OUT if self.held_back else clean(message, name)
        self.msg, self.args, self.exc_info, self.exc_text = cleaned, (), None, None


def places(trace: TracebackType | None, most: int = 4) -> list[str]:
    """Where an exception came from, innermost last, without values."""
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-most:]]


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, process, logger, turn, event, and the fields a caller added."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
        }
        if turn.get():
            line["turn"] = turn.get()
        line["event"] = record.getMessage()
        for name, value in getattr(record, "fields", {}).items():
            line[name] = value if isinstance(value, (int, float)) or value is None else clean(str(value), record.name)
        return json.dumps(line)


def install(process: str, level: str, *, also: tuple[str, ...] = (), stream: TextIO | None = None) -> None:
    """All lines of this process from here on; `also` are loggers of others that may say as much as our own."""
    logging.setLogRecordFactory(Record)
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonLines(process))
    handler.addFilter(lambda record: not getattr(record, "held_back", False))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in (*OWN, *also):
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
    logger = logging.getLogger("bot.common.logs")

    def uncaught(kind: Any, error: Any, trace: Any) -> None:
        if issubclass(kind, Exception):
            logger.critical("an exception that nobody caught", exc_info=(kind, error, trace))

    sys.excepthook = uncaught
    threading.excepthook = lambda found: uncaught(found.exc_type, found.exc_value, found.exc_traceback)


def _own_fields(line: str) -> str:
    """Of a line that Rasa's structlog made: what happened, and fields that cannot hold what a visitor wrote."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return TAKEN_OUT
    kept = {
        name: value
        for name, value in fields.items()
        if name in _PLAIN_FIELDS or (isinstance(value, (int, float)) and not name.startswith("slot"))
    }
    event = str(kept.pop("event", TAKEN_OUT))
    kept.pop("level", None)
    return " ".join([_QUOTED.sub(TAKEN_OUT, event), *(f"{name}={value}" for name, value in kept.items())])
