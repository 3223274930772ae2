"""Accounts of staff: kept, listed, changed. Passwords are hashed by Argon2id and never leave this module."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, delete, insert, select, update

from bot.desk.tables import staff_account, staff_session
from bot.handoff.conversations import Db

Role = Literal["staff", "lead", "admin"]
ROLES: tuple[Role, ...] = ("staff", "lead", "admin")
DESK_LANGUAGES = ("de", "en")
LEAST_PASSWORD, MOST_PASSWORD = 12, 200  # characters
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,79}")


class AccountRefused(Exception):
    """An account or password that cannot be kept; the text says why."""


@dataclass(frozen=True)
class Account:
    """One member of staff, without the password."""

    login: str
    display_name: str
    role: Role
    desks: tuple[str, ...]
    language: str
    active: bool

    @property
    def leads(self) -> bool:
        """Whether they see all cases and may take one over."""
        return self.role in ("lead", "admin")


def add_account(
    db: Db, login: str, display_name: str, password: str, *, role: Role, desks: Sequence[str], language: str = "de"
) -> Account:
    """A new account. Raises AccountRefused for a login in use or not plain, an empty name, a weak password."""
    login, display_name = login.strip().lower(), " ".join(display_name.split())
    if not LOGIN.fullmatch(login):
        raise AccountRefused("A login has 2 to 80 lower-case letters, digits, dots, dashes, underscores.")
    if not 0 < len(display_name) <= 120:
        raise AccountRefused("A name has 1 to 120 characters; visitors see it.")
    if find_account(db, login) is not None:
        raise AccountRefused(f"There is an account {login} already.")
    row = {
        "login": login, "display_name": display_name, "password": hash_password(password), "role": role,
        "desks": list(desks), "language": language, "active": True, "failed": 0, "locked_until": None,
        "created_at": datetime.now(UTC),
    }  # fmt: skip
    db.execute(insert(staff_account).values(row))
    return Account(login, display_name, role, tuple(desks), language, True)


def set_password(db: Db, login: str, password: str) -> None:
    """A new password; lifts a lock and ends all logins. Raises AccountRefused."""
    _change(db, login, {"password": hash_password(password), "failed": 0, "locked_until": None})


def set_active(db: Db, login: str, active: bool) -> None:
    """Let an account log in or not; its logins end. Raises AccountRefused."""
    _change(db, login, {"active": active, "failed": 0, "locked_until": None})


def find_account(db: Db, login: str) -> Account | None:
    """The account of a login, active or not."""
    row = db.execute(select(staff_account).where(staff_account.c.login == login)).first()
    return None if row is None else account_of(row)


def list_accounts(db: Db, *, active: bool | None = None) -> list[Account]:
    """All accounts by name, or only the (in)active ones."""
    query = select(staff_account).order_by(staff_account.c.display_name, staff_account.c.login)
    if active is not None:
        query = query.where(staff_account.c.active == active)
    return [account_of(row) for row in db.execute(query)]


def display_name(db: Db, login: str) -> str:
    """What visitors and colleagues see; the login itself for an account that is gone."""
    return names_of(db, [login]).get(login, login)


def names_of(db: Db, logins: Sequence[str]) -> dict[str, str]:
    """Login -> name, for those that exist."""
    query = select(staff_account.c.login, staff_account.c.display_name).where(staff_account.c.login.in_(logins))
    return {row.login: row.display_name for row in db.execute(query)}


def hash_password(password: str) -> str:
    """An Argon2id hash with its parameters and salt. Raises AccountRefused for a weak password."""
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise AccountRefused(f"A password has {LEAST_PASSWORD} to {MOST_PASSWORD} characters.")
    if len(set(password)) < 5:
        raise AccountRefused("A password needs more than four different characters.")
    return _hasher().hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed. None (no such account) takes as long and is never right."""
    try:
        _hasher().verify(stored or _nobody(), password[: MOST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def account_of(row: Row[Any]) -> Account:
    """A row that has the columns of staff_account as a record."""
    return Account(row.login, row.display_name, row.role, tuple(row.desks), row.language, row.active)


def _change(db: Db, login: str, values: dict[str, Any]) -> None:
    changed = db.execute(
        update(staff_account).where(staff_account.c.login == login).values(values).returning(staff_account.c.login)
    ).first()
    if changed is None:
        raise AccountRefused(f"There is no account {login}.")
    db.execute(delete(staff_session).where(staff_session.c.login == login))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's defaults: RFC 9106, low memory


@cache
def _nobody() -> str:
    return _hasher().hash("the hash that stands in for an account that does not exist")
