"""PostgreSQL and Redis of a run's own, on free ports and in folders that go with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.redis_server import RedisServer
from tests.postgres import Cluster, find_programs


class ServiceMissing(Exception):
    """A program that is not installed here; the text names it."""


@contextmanager
def postgres_cluster() -> Iterator[Cluster]:
    """Raises ServiceMissing."""
    programs = find_programs()
    if programs is None:
        raise ServiceMissing("PostgreSQL's initdb and pg_ctl are not installed here")
    folder = Path(tempfile.mkdtemp(prefix="faults-postgres-", dir="/tmp"))
    cluster = Cluster(programs, folder)
    try:
        cluster.create()
        yield cluster
    finally:
        if (cluster.data / "postmaster.pid").exists():
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_process() -> Iterator[RedisServer]:
    """Raises ServiceMissing."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServiceMissing("redis-server is not installed here")
    with tempfile.TemporaryDirectory(prefix="faults-redis-") as folder:
        server = RedisServer(program, Path(folder))
        try:
            yield server
        finally:
            server.stop()
