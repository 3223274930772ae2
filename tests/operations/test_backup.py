"""A backup made under writes is whole; what comes back is everything but what was erased since or has become too old."""

import json
import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pyrage import x25519
from sqlalchemy import func, select

from bot.gateway import history, tombstones
from bot.gateway.tables import chat_message
from bot.handoff.reading import find_case
from bot.operation import backup as backups
from bot.operation.backup import NotDone
from bot.operation.erasing import erase_directly
from bot.settings import Settings
from bot.store import Store

from .conftest import NOW, Bench


@contextmanager
def writing(bench: Bench, conversation: str) -> Iterator[list[int]]:
    """Somebody writes all the time; how many messages are committed so far."""
    committed, ended = [0], threading.Event()

    def write() -> None:
        while not ended.is_set():
            draft = history.Draft("visitor", "de", f"Nachricht {committed[0]}")
            bench.store.write(lambda db, one=draft: history.append(db, conversation, [one]))  # type: ignore[misc]
            committed[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield committed
    finally:
        ended.set()
        writer.join()


def restored(bench: Bench, file: Path, **options: object) -> backups.Restored:
    bench.close()
    return backups.restore(bench.settings, file, now=NOW, **options)  # type: ignore[arg-type]


def messages(bench: Bench, conversation: str) -> int:
    mine = chat_message.c.conversation == conversation
    store = Store(bench.settings.database)
    try:
        return store.read(lambda db: db.scalar(select(func.count()).select_from(chat_message).where(mine))) or 0
    finally:
        store.close()


def test_ten_backups_under_writes_hold_all_that_was_committed_before(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:busy", 0, "first")
    number = bench.case("web:busy", 0)
    floors, files = [], []
    with writing(bench, "web:busy") as committed:
        for made in range(10):
            floors.append(committed[0])
            files.append(backups.backup(bench.settings, tmp_path / "b", now=NOW + timedelta(seconds=made)))
    for floor, file in list(zip(floors, files, strict=True))[::3]:
        assert file.stat().st_mode & 0o777 == 0o600
        assert backups.restore(bench.settings, file, now=NOW).erased == 0
        assert messages(bench, "web:busy") > floor
    assert bench.store.read(lambda db: find_case(db, number)) is not None


def test_everything_comes_back_and_what_was_written_since_does_not(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:before", 1, "Canary-before")
    file = backups.backup(bench.settings, tmp_path, now=NOW)
    bench.chat("web:after", 1, "Canary-after")
    done = restored(bench, file)
    assert bench.chats() == bench.remembered() == {"web:before"}
    assert done.made_at == NOW


def test_what_was_erased_after_the_backup_is_erased_again(bench: Bench, tmp_path: Path) -> None:
    for name in ("web:stays", "web:erased"):
        bench.chat(name, 1, f"Canary-{name}")
        bench.case(name, 1)
    file = backups.backup(bench.settings, tmp_path, now=NOW)
    erase_directly(bench.settings, bench.store, "web:erased")
    assert restored(bench, file).erased == 1
    assert bench.chats() == bench.remembered() == {"web:stays"}
    if bench.store.engine.dialect.name == "sqlite":
        assert b"Canary-web:erased" not in bench.files() and b"Canary-web:stays" in bench.files()


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_erasures_are_known_from_the_file_when_the_database_is_lost(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:erased", 1)
    file = backups.backup(bench.settings, tmp_path / "b", now=NOW)
    erase_directly(bench.settings, bench.store, "web:erased")
    bench.close()
    saved = shutil.copy(bench.settings.var_dir / tombstones.FILE, tmp_path / "saved.log")
    shutil.rmtree(bench.settings.var_dir)
    assert restored(bench, file, erasures=Path(saved)).erased == 1
    assert bench.chats() == set()


def test_what_became_too_old_since_does_not_come_back(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:old", 31)
    bench.chat("web:young", 1)
    file = backups.backup(bench.settings, tmp_path, now=NOW - timedelta(days=10))
    assert restored(bench, file).deleted >= 1
    assert bench.chats() == {"web:young"}


def test_a_backup_that_is_too_old_is_refused_and_only_restored_when_asked(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:one", 1)
    file = backups.backup(bench.settings, tmp_path, now=NOW - timedelta(days=31))
    with pytest.raises(NotDone, match="BACKUP_DAYS"):
        restored(bench, file)
    assert restored(bench, file, however_old=True).erased == 0


def test_old_backups_go_and_nothing_else_in_the_folder(bench: Bench, tmp_path: Path) -> None:
    old = backups.backup(bench.settings, tmp_path, now=NOW - timedelta(days=31))
    (tmp_path / "assistant-notes.tar").write_text("mine")
    young = backups.backup(bench.settings, tmp_path, now=NOW)
    assert not old.exists() and young.exists() and (tmp_path / "assistant-notes.tar").exists()


def test_secrets_are_only_in_it_when_asked(bench: Bench, tmp_path: Path) -> None:
    bench.settings.var_dir.mkdir(parents=True, exist_ok=True)
    (bench.settings.var_dir / "secrets.env").write_text("CASE_KEY=canary-of-a-secret\n")
    plain = backups.backup(bench.settings, tmp_path / "a", now=NOW)
    whole = backups.backup(bench.settings, tmp_path / "b", with_secrets=True, now=NOW)
    assert b"canary-of-a-secret" not in plain.read_bytes() and b"canary-of-a-secret" in whole.read_bytes()
    with tarfile.open(whole) as tar:
        assert "secrets.env" in tar.getnames()


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_a_damaged_altered_or_foreign_file_replaces_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:one", 1)
    file = backups.backup(bench.settings, tmp_path, now=NOW)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    altered, cut, foreign = tmp_path / "altered.tar", tmp_path / "cut.tar", tmp_path / "foreign.tar"
    altered.write_bytes(content)
    cut.write_bytes(content[: len(content) // 3])
    foreign.write_text(json.dumps({"format": 1}))
    before = bench.chat("web:two", 1)
    for bad in (altered, cut, foreign, tmp_path / "none.tar"):
        with pytest.raises(NotDone):
            backups.restore(bench.settings, bad, now=NOW)
    assert before in bench.chats()


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_nothing_is_put_back_under_a_running_copy(bench: Bench, tmp_path: Path) -> None:
    import socket

    file = backups.backup(bench.settings, tmp_path, now=NOW)
    with socket.create_server(("127.0.0.1", 0)) as server:
        running = bench.settings.model_copy(update={"core_port": server.getsockname()[1]})
        with pytest.raises(NotDone, match="stop this copy"):
            backups.restore(running, file, now=NOW)


def test_a_database_that_is_away_makes_no_backup_and_leaves_no_file(tmp_path: Path, bench: Bench) -> None:
    away = bench.settings.model_copy(update={"database_url": "postgresql+psycopg://nobody:canary-pw@127.0.0.1:1/none"})
    away.__dict__.pop("database", None)
    away.__dict__.pop("tracker", None)
    with pytest.raises(NotDone) as error:
        backups.backup(away, tmp_path / "b", now=NOW)
    assert "canary-pw" not in str(error.value)
    assert list((tmp_path / "b").iterdir()) == []


def sealed_for(bench: Bench, *keys: object) -> Settings:
    """The settings with these public keys."""
    return bench.settings.model_copy(update={"backup_recipients": ", ".join(map(str, keys))})


def test_a_sealed_backup_shows_nothing_and_comes_back_with_the_key_alone(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:before", 1, "Canary-before")
    mine, other, stranger = (x25519.Identity.generate() for _ in range(3))
    settings = sealed_for(bench, mine.to_public(), other.to_public())
    file = backups.backup(settings, tmp_path / "b", now=NOW)
    assert [one.name for one in (tmp_path / "b").iterdir()] == [file.name] and file.name.endswith(".tar.age")
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Canary-before" not in file.read_bytes() and b"manifest" not in file.read_bytes()
    bench.chat("web:after", 1)
    bench.close()
    keys = tmp_path / "keys"
    keys.write_text(f"# public key: {stranger.to_public()}\n{stranger}\n")
    for identity, why in ((None, "--identity"), (keys, "no key that opens"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(NotDone, match=why):
            backups.restore(settings, file, identity=identity, now=NOW)
    assert bench.chats() == {"web:before", "web:after"}
    keys.write_text(f"# created\n{stranger}\n{other}\n")
    bench.close()
    backups.restore(settings, file, identity=keys, now=NOW)
    assert bench.chats() == {"web:before"}
    young = backups.backup(settings, tmp_path / "b", now=NOW + timedelta(days=31))
    assert [one.name for one in (tmp_path / "b").iterdir()] == [young.name]


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_without_a_right_key_no_backup_is_made_instead_of_a_plain_one(bench: Bench, tmp_path: Path) -> None:
    bench.chat("web:one", 1)
    with pytest.raises(NotDone, match="BACKUP_RECIPIENTS"):
        backups.backup(sealed_for(bench, "age1nokey"), tmp_path / "b", now=NOW)
    assert list((tmp_path / "b").iterdir()) == []
