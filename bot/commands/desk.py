"""`python -m bot desk`: who of the staff may log in at /desk."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from bot.commands.console import fail, open_database, read_settings
from bot.desk import accounts
from bot.desk.accounts import DESK_LANGUAGES, ROLES, Account, AccountRefused
from bot.partners import queries

app = typer.Typer(help="Accounts of staff for /desk.", no_args_is_help=True)
console = Console(highlight=False, markup=False, soft_wrap=True)

Role = StrEnum("Role", list(ROLES))  # type: ignore[misc]
Language = StrEnum("Language", list(DESK_LANGUAGES))  # type: ignore[misc]
Login = Annotated[str, typer.Argument(help="What the person logs in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking twice.")
]


@app.command("add-user")
def add_user(
    login: Login,
    name: Annotated[str, typer.Option(help="What visitors and colleagues see.")],
    role: Annotated[
        Role, typer.Option(help="staff: cases of their desks; lead: all cases; admin: as lead.")
    ] = Role.staff,  # type: ignore[attr-defined]
    desk: Annotated[list[str] | None, typer.Option(help="A desk they look after; may be repeated.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the pages.")] = Language.de,  # type: ignore[attr-defined]
    password_stdin: FromStdin = False,
) -> None:
    """Make an account."""
    wanted = tuple(dict.fromkeys(desk or ()))
    with open_database(read_settings()) as store:
        known = [one.id for one in store.look(queries.desks)]
        if unknown := [one for one in wanted if one not in known]:
            fail(f"There is no desk {', '.join(unknown)}; there are: {', '.join(known) or 'none, load the knowledge'}.")
        password = _password(password_stdin)

        def work(session: Session) -> Account:
            return accounts.add_account(
                session, login, name, password, role=str(role), desks=wanted, language=str(language)  # type: ignore[arg-type]
            )  # fmt: skip

        try:
            made = store.run(work)
        except AccountRefused as refused:
            fail(refused)
    if made.role == "staff" and not wanted:
        console.print("Without --desk this account sees only cases that nobody looks after.")
    console.print(f"{made.login} can log in at /desk.")


@app.command("set-password")
def set_password(login: Login, password_stdin: FromStdin = False) -> None:
    """Set a new password; the person is logged out, a lock is lifted."""
    with open_database(read_settings()) as store:
        password = _password(password_stdin)
        try:
            store.run(lambda session: accounts.set_password(session, login, password))
        except AccountRefused as refused:
            fail(refused)
    console.print(f"{login} has a new password.")


@app.command("list-users")
def list_users() -> None:
    """List all accounts."""
    with open_database(read_settings()) as store:
        found = store.look(accounts.list_accounts)
    if not found:
        console.print("There are no accounts; make one with `python -m bot desk add-user`.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("login", "name", "role", "desks", "language", "active"):
        table.add_column(heading, overflow="fold")
    for one in found:
        desks = ", ".join(one.desks) or "-"
        table.add_row(one.login, one.display_name, one.role, desks, one.language, "yes" if one.active else "no")
    console.print(table)


@app.command()
def deactivate(
    login: Login, undo: Annotated[bool, typer.Option("--undo", help="Let the person log in again.")] = False
) -> None:
    """End all logins of an account and allow no more; its name stays with what it did."""
    with open_database(read_settings()) as store:
        try:
            store.run(lambda session: accounts.set_active(session, login, undo))
        except AccountRefused as refused:
            fail(refused)
    console.print(f"{login} can log in again." if undo else f"{login} can no longer log in.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
