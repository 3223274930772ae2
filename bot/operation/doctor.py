"""Looks at a copy as it is and says what is wrong and what to do, one line each; changes nothing."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import model as models
from bot.handoff.tables import SEALED
from bot.handoff.vault import CannotOpen, Vault
from bot.operation import reachable
from bot.operation.backup import PREFIX, SUFFIX
from bot.operation.finding import SECONDS, Finding
from bot.settings import GENERATED, Settings
from bot.store import Store, StoreUnavailable
from bot.store.revisions import head, revision_of

LEAST_FREE = 500_000_000  # bytes; below it a backup or a training may not find room
CLOCK_SECONDS = 5.0
OLD_BACKUP = timedelta(days=2)


type Check = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, in the order in which they are best put right."""
    for check in (
        _secrets, _permissions, _disk, _clock, _database, _contact_data, reachable.redis, reachable.people, reachable.mail, reachable.helpdesk, _model, reachable.processes,
        _backups,
    ):  # fmt: skip
        try:
            yield from check(settings)
        except Exception as error:
            yield Finding(check.__name__.strip("_"), f"could not be examined ({type(error).__name__})", "report this")


def _secrets(settings: Settings) -> Iterator[Finding]:
    missing = [name.upper() for name in GENERATED if not getattr(settings, name).get_secret_value()]
    yield (
        Finding("secrets", f"{', '.join(missing)} not set", "run `python -m bot prepare`")
        if missing
        else Finding("secrets")
    )


def _permissions(settings: Settings) -> Iterator[Finding]:
    if not settings.var_dir.is_dir():
        yield Finding("permissions", f"{settings.var_dir} is missing", "run `python -m bot prepare`")
        return
    if not os.access(settings.var_dir, os.W_OK):
        yield Finding("permissions", f"{settings.var_dir} cannot be written", f"chown it to uid {os.geteuid()}")
    files = [settings.var_dir / "secrets.env", *settings.var_dir.glob("*.db"), *settings.var_dir.glob("backups/*")]
    readable = [path for path in files if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    # A folder that others cannot enter protects what is in it.
    closed = not settings.var_dir.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH)
    secret = [path for path in readable if path.name == "secrets.env" or not closed]
    if secret:
        names = ", ".join(path.name for path in secret[:4])
        yield Finding("permissions", f"others may read {names}", f"chmod go-rwx {settings.var_dir} and what is in it")
    else:
        yield Finding("permissions")


def _disk(settings: Settings) -> Iterator[Finding]:
    for folder in dict.fromkeys((settings.var_dir, settings.models_dir)):
        place = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(place).free
        wrong = f"{free // 1_000_000} MB left for {folder}" if free < LEAST_FREE else ""
        yield Finding(f"disk for {folder.name}", wrong, "make room: logs, old backups, old models")


def _clock(settings: Settings) -> Iterator[Finding]:
    """Against the database and the help desk, whose times are compared with ours."""
    ahead: dict[str, float] = {}
    if settings.database.startswith("postgresql"):
        store = Store(settings.database)
        try:
            theirs = store.read(lambda db: db.scalar(text("SELECT extract(epoch FROM clock_timestamp())")))
            ahead["the database"] = time.time() - float(theirs or 0)
        except StoreUnavailable:
            pass
        finally:
            store.close()
    for url in (settings.chatwoot_url, settings.zammad_url):
        if url:
            try:
                date = httpx.head(url, timeout=SECONDS, trust_env=False).headers.get("date")
            except httpx.HTTPError:
                continue
            if date:
                ahead["the help desk"] = time.time() - parsedate_to_datetime(date).timestamp()
    wrong = [f"{name} is {seconds:+.0f} s off" for name, seconds in ahead.items() if abs(seconds) > CLOCK_SECONDS]
    if datetime.now(UTC).year < 2026:
        wrong.append("this machine's clock is in the past")
    yield Finding("clock", "; ".join(wrong), "set the clocks by NTP: webhooks and sessions depend on them")


def _database(settings: Settings) -> Iterator[Finding]:
    for name, url in {"database": settings.database, "transcripts": settings.tracker}.items():
        if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
            never = name == "transcripts"
            yield Finding(name, "" if never else "there is none yet", "run `python -m bot prepare`")
            continue
        store = Store(url)
        try:
            store.ping()
            found = store.read(revision_of) if name == "database" else None
            if url.startswith("sqlite"):
                _check_file(store)
        except (StoreUnavailable, SQLAlchemyError, _Damaged) as error:
            yield Finding(name, f"cannot be used ({error})", "is it running, is the address right, is the file whole?")
            continue
        finally:
            store.close()
        behind = name == "database" and found != head()
        yield Finding(name, f"schema {found}, needed is {head()}" if behind else "", "run `python -m bot prepare`")


class _Damaged(Exception):
    pass


def _check_file(store: Store) -> None:
    if store.read(lambda db: db.execute(text("PRAGMA quick_check(1)")).scalar_one()) != "ok":
        raise _Damaged("the file is damaged: restore a backup")


def _contact_data(settings: Settings) -> Iterator[Finding]:
    store, vault = Store(settings.database), Vault.of(settings)
    try:
        for table, names in SEALED.items():
            for row in store.read(lambda db, t=table: db.execute(t.select().order_by(t.c.id.desc()).limit(3)).all()):  # type: ignore[misc]
                for name in names:
                    vault.open(getattr(row, name))
    except CannotOpen:
        yield Finding(
            "CASE_KEY", "it does not open the contact data of cases", "put the former key back, beside the new one"
        )
        return
    except (StoreUnavailable, SQLAlchemyError):
        return
    finally:
        store.close()
    yield Finding("CASE_KEY", "" if vault.seals else "contact data are kept unsealed", "set CASE_KEY")


def _model(settings: Settings) -> Iterator[Finding]:
    path = models.model_path(settings)
    if not path.exists():
        yield Finding("model", "there is none for today's data", "run `python -m bot prepare`", warning=True)
        return
    try:
        models.verify(path)
        yield Finding("model")
    except models.ModelError as error:
        yield Finding("model", str(error), f"rm {path}")


def _backups(settings: Settings) -> Iterator[Finding]:
    made = sorted((settings.var_dir / "backups").glob(f"{PREFIX}*{SUFFIX}"))
    age = datetime.now(UTC).timestamp() - made[-1].stat().st_mtime if made else None
    wrong = "none in VAR_DIR/backups" if age is None else "the last is older than two days"
    old = age is None or age > OLD_BACKUP.total_seconds()
    yield Finding("backups", wrong if old else "", "`python -m bot backup` daily, and a copy elsewhere", warning=True)
