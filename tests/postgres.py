"""A private PostgreSQL for tests: its own folder, a free port of 127.0.0.1, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import free_port

ADMIN = "postgres"
SECONDS = 180


class Cluster:
    """One running PostgreSQL. `database()` gives the SQLAlchemy URL of a new database, empty or a copy of another."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        self.port = free_port()
        # initdb refuses to run as root, so the folder belongs to the account that the package made.
        self._as = ["runuser", "-u", ADMIN, "--"] if os.geteuid() == 0 else []
        if self._as:
            account = pwd.getpwnam(ADMIN)
            os.chown(folder, account.pw_uid, account.pw_gid)

    def create(self) -> None:
        self.run("initdb", "-D", self.data, "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start, or start again after `stop`, on the same port; returns when it takes connections."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, as a crash would; connections break."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def database(self, like: str = "template0") -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", ADMIN, "-T", like, name)
        return f"postgresql+psycopg://{ADMIN}@127.0.0.1:{self.port}/{name}"

    def run(self, program: str, *arguments: object) -> None:
        """Raises CalledProcessError with the program's own words in `output`."""
        command = [*self._as, str(self.programs / program), *map(str, arguments)]
        # pg_ctl hands its output on to the server, so a pipe here would never end: a file does.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            )
            if done.returncode:
                out.seek(0)
                raise subprocess.CalledProcessError(done.returncode, command, out.read().decode(errors="replace"))


def find_programs() -> "Path | None":
    """The newest folder with initdb and pg_ctl, or None."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    on_path = shutil.which("initdb")
    places = [*([Path(on_path).resolve().parent] if on_path else []), *places]
    return next((p for p in reversed(places) if (p / "initdb").exists() and (p / "pg_ctl").exists()), None)


def database_of(request: pytest.FixtureRequest, open_store: Callable[[str], Any]) -> str:
    """The URL of a database with all tables where the fixture's parameter is postgresql, else "": each copy's own file."""
    if request.param != "postgresql":
        return ""
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.database()
    open_store(url).close()
    return url


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster for the whole test run; skips, saying why, where PostgreSQL is not installed."""
    programs = find_programs()
    if programs is None:
        reason = "PostgreSQL's initdb and pg_ctl are not installed here"
        sys.stderr.write(f"\n{reason}; tests on PostgreSQL are left out.\n")
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="assistant-postgres-", dir="/tmp"))
    cluster = Cluster(programs, folder)
    try:
        cluster.create()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
