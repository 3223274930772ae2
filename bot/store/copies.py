"""Whole databases as files and back: SQLite's online backup, PostgreSQL's own programs. Nothing stops for it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

SECONDS = 1800


class CopyFailed(Exception):
    """The text says why, without addresses or contents."""


def kind(url: str) -> str:
    """sqlite or postgresql."""
    return make_url(url).get_backend_name()


def take(url: str, target: Path, environment: dict[str, str]) -> bool:
    """Copy a database as it is at one moment into a file, and check that; False when there is none yet.

    `environment` is what PostgreSQL's programs run with. Raises CopyFailed.
    """
    parsed = make_url(url)
    if kind(url) != "sqlite":
        _run(parsed, "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], environment)
        return True
    source = Path(parsed.database or "")
    if not source.exists():
        return False
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)  # in one step: writers go on, and nothing of theirs is seen half
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise CopyFailed(f"{source.name} could not be copied: {type(error).__name__}") from None
    check(target)
    return True


def check(file: Path) -> None:
    """Raises CopyFailed unless a copy of SQLite is whole."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            found = [row[0] for row in db.execute("PRAGMA integrity_check(5)")]
            strays = db.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise CopyFailed(f"{file.name} is no whole database: {type(error).__name__}") from None
    if found != ["ok"] or strays:
        raise CopyFailed(f"{file.name} is damaged")


def put_back(url: str, copy: Path, environment: dict[str, str]) -> None:
    """Replace a database by a copy; nobody may use it meanwhile. Raises CopyFailed."""
    parsed = make_url(url)
    if kind(url) != "sqlite":
        options = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        _run(parsed, "pg_restore", [*options, str(copy)], environment)
        return
    check(copy)
    target = Path(parsed.database or "")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    shutil.copyfile(copy, unfinished)
    unfinished.chmod(0o600)
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    os.replace(unfinished, target)


def _run(url: URL, program: str, options: list[str], environment: dict[str, str]) -> None:
    """The password goes by the environment: arguments can be read by everybody on the machine."""
    where = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    secret = {name: str(value) for name, value in where.items() if value is not None}
    try:
        done = subprocess.run(
            [program, *options, f"--dbname={url.database}"],
            env={**environment, **secret}, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise CopyFailed(f"{program} is not installed: install PostgreSQL's client programs") from None
    except subprocess.TimeoutExpired:
        raise CopyFailed(f"{program} did not end within {SECONDS} s") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise CopyFailed(f"{program}: {words[0][:200]}")
