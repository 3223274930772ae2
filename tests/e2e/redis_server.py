"""A private Redis for tests: Debian's own program on a free port of 127.0.0.1, nothing kept on disk."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.waiting import free_port

from .copies import until


class RedisServer:
    """One running Redis; `stop` and `start` keep the port."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)

    def stored(self) -> list[str]:
        with redis.Redis.from_url(self.url, decode_responses=True) as client:
            return [str(key) for key in client.scan_iter()]

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for one module; skips, saying why, where the program is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server is not installed here"
        sys.stderr.write(f"\n{reason}; tests on Redis are left out.\n")
        pytest.skip(reason)
    server = RedisServer(program, tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()
