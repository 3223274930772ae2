"""`python -m bot desk`: accounts from the command line."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot.__main__ import app
from bot.desk import accounts, sessions
from bot.desk.tables import staff_session
from bot.partners.loader import load
from bot.settings import ROOT
from bot.store import Store, migrate

PASSWORD = "a password of some length"
runner = CliRunner()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    url = f"sqlite:///{tmp_path}/assistant.db"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    migrate(url)
    store = Store(url)
    load(store, ROOT / "data" / "knowledge")
    return store


def call(*arguments: str, typed: str = "") -> tuple[int, str]:
    done = runner.invoke(app, ["desk", *arguments], input=typed)
    return done.exit_code, done.output


def add(*more: str, typed: str = f"{PASSWORD}\n") -> tuple[int, str]:
    return call("add-user", "wei", "--name", "Wei Muster", "--password-stdin", *more, typed=typed)


def test_an_account_is_made_listed_and_can_log_in(store: Store) -> None:
    assert add("--desk", "city-twinning", "--role", "lead", "--language", "en")[0] == 0
    made = store.read(lambda db: accounts.find_account(db, "wei"))
    assert made == accounts.Account("wei", "Wei Muster", "lead", ("city-twinning",), "en", True)
    stored = store.read(lambda db: sessions.password_of(db, "wei"))
    assert stored and stored.startswith("$argon2id$") and PASSWORD not in stored
    assert accounts.verify_password(stored, PASSWORD) and not accounts.verify_password(stored, PASSWORD + "x")
    status, output = call("list-users")
    assert status == 0 and "Wei Muster" in output and "argon2" not in output


def test_the_password_is_asked_twice(store: Store) -> None:
    arguments = ("add-user", "wei", "--name", "Wei Muster", "--desk", "city-twinning")
    assert call(*arguments, typed=f"{PASSWORD}\nanother\n{PASSWORD}\n{PASSWORD}\n")[0] == 0
    assert accounts.verify_password(store.read(lambda db: sessions.password_of(db, "wei")), PASSWORD)


def test_a_taken_login_a_weak_password_and_an_unknown_desk_are_refused(store: Store) -> None:
    assert add()[0] == 0
    for arguments, typed, why in [
        ((), f"{PASSWORD}\n", "already"),
        (("--desk", "nonsense"), f"{PASSWORD}\n", "city-twinning"),
    ]:
        status, output = add(*arguments, typed=typed)
        assert status == 1 and why in output
    for weak in ("short", "aaaaaaaaaaaaaaaa", "x" * 201):
        assert call("set-password", "wei", "--password-stdin", typed=f"{weak}\n")[0] == 1
    assert call("add-user", "No Spaces", "--name", "X", "--password-stdin", typed=f"{PASSWORD}\n")[0] == 1


def test_a_new_password_and_deactivation_end_logins(store: Store) -> None:
    add()

    def open_sessions() -> int:
        return store.read(lambda db: db.scalar(select(func.count()).select_from(staff_session))) or 0

    for command in (("set-password", "wei", "--password-stdin"), ("deactivate", "wei")):
        store.write(lambda db: sessions.open_session(db, "wei", sessions.utc_now()))
        assert open_sessions() == 1
        assert call(*command, typed=f"{PASSWORD}\n")[0] == 0
        assert open_sessions() == 0
    assert store.write(lambda db: sessions.open_session(db, "wei", sessions.utc_now())) is None
    assert call("deactivate", "wei", "--undo")[0] == 0
    assert store.write(lambda db: sessions.open_session(db, "wei", sessions.utc_now()))


@pytest.mark.parametrize("command", [("set-password", "nobody", "--password-stdin"), ("deactivate", "nobody")])
def test_an_unknown_login_is_named(store: Store, command: tuple[str, ...]) -> None:
    status, output = call(*command, typed=f"{PASSWORD}\n")
    assert status == 1 and "nobody" in output
