"""Backups of a whole copy in one file, and their way back, with the erasures since then done again."""

from __future__ import annotations

import io
import json
import os
import socket
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.gateway import personal_data, retention, tombstones
from bot.gateway.retention import Periods, Retention
from bot.gateway.tables import chat_session, erased_chat
from bot.gateway.transcripts import Transcripts
from bot.handoff.tables import handoff_case
from bot.model import digest
from bot.operation import sealing
from bot.operation.erasing import traces_of
from bot.operation.sealing import CannotSeal
from bot.settings import Settings, process_environment
from bot.store import Store, StoreUnavailable, copies, migrate

MANIFEST = "manifest.json"
SECRETS = "secrets.env"
PREFIX, SUFFIX = "assistant-", ".tar"
FORMAT = 1


class NotDone(Exception):
    """No backup was made, or nothing was put back; the text says why and what to do."""


@dataclass(frozen=True)
class Restored:
    """When the backup was made, how many chats erased since were erased again, what retention deleted."""

    made_at: datetime
    erased: int
    deleted: int


def databases(settings: Settings) -> dict[str, str]:
    """Name in the backup -> URL; the core's transcripts first, so that no chat is older than what the core knows of it."""
    end = {"sqlite": "db", "postgresql": "dump"}
    found = {f"tracker.{end[copies.kind(settings.tracker)]}": settings.tracker}
    if settings.tracker == settings.database:
        found = {}
    return {**found, f"assistant.{end[copies.kind(settings.database)]}": settings.database}


def backup(settings: Settings, folder: Path, *, with_secrets: bool = False, now: datetime | None = None) -> Path:
    """One new file in `folder`, whole or not at all; older ones than BACKUP_DAYS go. Raises NotDone."""
    now = now or datetime.now(UTC)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sealing.check_recipients(settings.sealed_for)
        target = folder / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}{SUFFIX}{sealing.SUFFIX if settings.sealed_for else ''}"
        # What is sealed is plain only where the databases are plain as well.
        workshop = settings.var_dir if settings.sealed_for else folder
        workshop.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=workshop, prefix=".backup-") as place:
            files = []
            for name, url in databases(settings).items():
                if copies.take(url, Path(place) / name, process_environment()):
                    files.append(Path(place) / name)
            if not files:
                raise NotDone("There is no database yet: nothing to back up.")
            if with_secrets:
                secrets = Path(place) / SECRETS
                secrets.write_bytes((settings.var_dir / SECRETS).read_bytes())
                files.append(secrets)
            packed = Path(place) / "packed"
            _pack(packed, files, now)
            if settings.sealed_for:
                packed = sealing.seal(packed, target.with_name(f".{target.name}"), settings.sealed_for)
            os.replace(packed, target)
    except (copies.CopyFailed, CannotSeal, OSError) as error:
        raise NotDone(f"No backup was made: {error}") from None
    _forget_old(folder, now - timedelta(days=settings.backup_days))
    return target


def restore(
    settings: Settings,
    file: Path,
    *,
    however_old: bool = False,
    erasures: Path | None = None,
    identity: Path | None = None,
    now: datetime | None = None,
) -> Restored:
    """Put a backup in the place of what is there; the gateway and the core must not run. Raises NotDone.

    `identity` is the file with the secret key of age for a sealed backup.
    """
    now = now or datetime.now(UTC)
    for name, port in (("gateway", settings.port), ("core", settings.core_port)):
        if _answers(port):
            raise NotDone(f"The {name} runs (port {port}): stop this copy first, `python -m bot stop`.")
    erased = known_erasures(settings, erasures)
    with tempfile.TemporaryDirectory(prefix="restore-") as place:
        manifest = _unpack(_opened(file, Path(place), identity), Path(place))
        made_at = datetime.fromisoformat(manifest["made_at"])
        if now - made_at > timedelta(days=settings.backup_days) and not however_old:
            raise NotDone(
                f"This backup is of {made_at:%Y-%m-%d}, older than BACKUP_DAYS ({settings.backup_days}): what was to be "
                "deleted would come back. With --however-old it is restored, and what is too old deleted at once."
            )
        wanted = databases(settings)
        if missing := [name for name in wanted if name not in manifest["files"] and name.startswith("assistant")]:
            raise NotDone(f"The backup has no {missing[0]}: it was made with another kind of database.")
        try:
            for name, url in wanted.items():
                if name in manifest["files"]:
                    copies.put_back(url, Path(place) / name, process_environment())
        except (copies.CopyFailed, OSError) as error:
            raise NotDone(f"The backup could not be put back: {error}") from None
    migrate(settings.database)
    return _caught_up(settings, erased, made_at, now)


def known_erasures(settings: Settings, file: Path | None = None) -> dict[str, datetime]:
    """Digest -> time of all erased chats: from the file beside the database, from `file`, and from the database itself."""
    found = tombstones.read(settings.var_dir / tombstones.FILE)
    if file is not None:
        found |= tombstones.read(file)
    store = Store(settings.database)
    try:
        rows = store.read(lambda db: db.execute(select(erased_chat)).all())
        found |= {row.conversation_hash: row.at.replace(tzinfo=UTC) for row in rows}
    except Exception:  # noqa: S110 - a database that is lost or has no tables is why one restores; the file knows them too
        pass
    finally:
        store.close()
    return found


def _caught_up(settings: Settings, erased: dict[str, datetime], made_at: datetime, now: datetime) -> Restored:
    """Erase again what was erased before or after the backup, then delete what became too old."""
    store, transcripts = Store(settings.database), Transcripts(settings.tracker)
    try:
        again = [one for one in _all_conversations(store, transcripts, now) if tombstones.digest(one) in erased]
        for conversation in again:
            transcripts.forget([conversation])
            store.write(lambda db, one=conversation: personal_data.erase(db, one, traces_of(settings)))  # type: ignore[misc]
        keeper = Retention(Periods.of(settings), transcripts, settings.var_dir)
        done = retention.run(keeper, store.read, store.write, now)
        store.empty_log()
    except StoreUnavailable as error:
        raise NotDone(f"The database went away ({error}): run the restore again before starting anything.") from None
    finally:
        store.close()
        transcripts.close()
    return Restored(made_at, len(again), sum(done.values()))


def _all_conversations(store: Store, transcripts: Transcripts, now: datetime) -> list[str]:
    found: dict[str, None] = {}
    for column in (chat_session.c.conversation, handoff_case.c.conversation):
        found |= dict.fromkeys(store.read(lambda db, c=column: db.scalars(select(c)).all()))  # type: ignore[misc]
    for some in transcripts.untouched(now + timedelta(days=1)):
        found |= dict.fromkeys(some)
    return list(found)


def _pack(target: Path, files: list[Path], now: datetime) -> None:
    listed = {path.name: {"sha256": digest(path), "bytes": path.stat().st_size} for path in files}
    manifest = json.dumps({"format": FORMAT, "made_at": now.isoformat(), "files": listed}, indent=2).encode()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            head = tarfile.TarInfo(MANIFEST)
            head.size, head.mode = len(manifest), 0o600
            tar.addfile(head, io.BytesIO(manifest))
            for path in files:
                tar.add(path, path.name)
        out.flush()
        os.fsync(out.fileno())


def _opened(file: Path, place: Path, identity: Path | None) -> Path:
    """The plain file of a backup, unsealed into `place` where it is sealed; raises NotDone."""
    if file.suffix != sealing.SUFFIX:
        return file
    if identity is None:
        raise NotDone(f"{file.name} is sealed: name the file with your secret key, --identity FILE.")
    try:
        sealing.unseal(file, place / file.stem, identity)
    except CannotSeal as error:
        raise NotDone(str(error)) from None
    except OSError as error:
        raise NotDone(f"{file} or {identity} cannot be read ({type(error).__name__}).") from None
    return place / file.stem


def _unpack(file: Path, place: Path) -> dict[str, Any]:
    """The manifest, with every file it names beside `place`, unaltered; raises NotDone."""
    try:
        with tarfile.open(file) as tar:
            read = tar.extractfile(MANIFEST)
            manifest: dict[str, Any] = json.loads(read.read()) if read else {}
            if manifest.get("format") != FORMAT:
                raise NotDone(f"{file.name} is no backup of this program.")
            for name, about in manifest["files"].items():
                if Path(name).name != name:
                    raise NotDone(f"{file.name} names a file outside of itself.")
                tar.extract(name, place, filter="data")
                if digest(place / name) != about["sha256"]:
                    raise NotDone(f"{name} in {file.name} is damaged or was altered: take another backup.")
    except (tarfile.TarError, KeyError, ValueError, OSError) as error:
        raise NotDone(f"{file} cannot be read as a backup ({type(error).__name__}).") from None
    return manifest


def _forget_old(folder: Path, before: datetime) -> None:
    for path in folder.glob(f"{PREFIX}*{SUFFIX}*"):
        try:
            at = datetime.strptime(path.name.removesuffix(sealing.SUFFIX), f"{PREFIX}%Y%m%dT%H%M%SZ{SUFFIX}").replace(
                tzinfo=UTC
            )
        except ValueError:
            continue
        if at < before:
            path.unlink(missing_ok=True)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
    except OSError:
        return False
