"""Waiting for what is about to happen, and ports that stay free. Standard library only: the core's tests use it too."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

T = TypeVar("T")
SECONDS = 60.0  # a bound for what would otherwise hang for ever; no test asserts how long something takes
PATIENCE = 4.0  # a limit that is meant to be overrun, but only at the step in question
PORTS = range(20_000, 30_000)  # below those that systems give out by themselves
_claims: list[IO[str]] = []


def until(look: Callable[[], T | None], seconds: float = SECONDS, pause: float = 0.02) -> T:  # noqa: UP047 - Python 3.10 reads this too
    """What `look` returns as soon as it is true; fails after `seconds`, which is a bound and no expectation."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not so within {seconds:.0f} s"
        time.sleep(pause)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing uses and no other test is given while this process lives."""
    folder = Path(tempfile.gettempdir()) / f"assistant-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.sample(PORTS, len(PORTS)):
        claim = (folder / str(port)).open("w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
    raise RuntimeError("no port is free")
