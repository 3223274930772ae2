"""`python -m bot erase|export|transcript|cases`: what people may ask for of their data, by case, chat or address."""

from __future__ import annotations

import csv
import io
import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bot.commands.console import fail, open_database, read_settings
from bot.commands.unanswered import operator
from bot.gateway import finding, history, personal_data
from bot.gateway.history import ConversationGone
from bot.gateway.transcripts import Transcripts
from bot.handoff import reading
from bot.handoff.records import Case
from bot.handoff.vault import CannotOpen, Vault
from bot.insights.listing import cell, visible
from bot.operation.erasing import NotErased, traces_of
from bot.operation.erasing import erase as erase_one
from bot.settings import Settings
from bot.store import Store

console = Console(highlight=False, markup=False, soft_wrap=True)
KEY_MISSING = "Contact data were sealed with a CASE_KEY that is not configured: put that key back first (see VAR_DIR/secrets.env of a copy)."
MOST_CASES = 1000
BATCH = 500

Key = Annotated[str, typer.Argument(help="Number of a case, id of a conversation, or e-mail address of a case.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, readable for you alone.")]
State = StrEnum("State", ["waiting", "human", "closed"])


class Shape(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def erase(
    key: Key,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase chats with cases, mails and the core's memory; only a tombstone stays. Backups forget them when restored."""
    config = read_settings()
    with open_database(config) as store:
        found = _find(config, store, key)
        if not yes:
            typer.confirm(f"Erase {_counted(found)} for good?", abort=True)
        for conversation in found:
            try:
                how = erase_one(config, store, conversation)
            except NotErased as error:
                fail(error)
            console.print(f"Erased {_short(conversation)} ({how}).")


def export(key: Key, output: Output = None) -> None:
    """Everything kept about a person's chats, as JSON; noted in the audit trail."""
    config = read_settings()
    with open_database(config) as store:
        found = _find(config, store, key)
        transcripts = Transcripts(config.tracker)
        try:
            documents = [_document(config, store, transcripts, one) for one in found]
        finally:
            transcripts.close()
    _give(json.dumps(documents, ensure_ascii=False, indent=2) + "\n", output)


def transcript(key: Key, output: Output = None) -> None:
    """What was said in a chat, line by line; noted in the audit trail of its cases."""
    config = read_settings()
    by = f"operator:{operator()}"[:80]
    with open_database(config) as store:
        lines = []
        for conversation in _find(config, store, key):
            lines += store.write(lambda db, one=conversation: _read(db, one, by))  # type: ignore[misc]
    _give("\n".join(lines) + "\n", output)


def cases(
    state: Annotated[list[State] | None, typer.Option(help="Only these; default: waiting and human.")] = None,
    desk: Annotated[str | None, typer.Option(help="Only those of this desk.")] = None,
    contact: Annotated[
        bool, typer.Option("--contact", help="With what visitors told; noted in the audit trail.")
    ] = False,
    format_: Annotated[Shape, typer.Option("--format", help="For reading, or for another program.")] = Shape.TABLE,
    output: Output = None,
) -> None:
    """List cases, longest waiting first."""
    config, by = read_settings(), f"operator:{operator()}"[:80]
    states: Any = [str(one) for one in state] if state else ["waiting", "human"]
    vault = Vault.of(config)

    def read(db: Connection) -> list[dict[str, Any]]:
        found = reading.list_cases(db, states=states, desk=desk, limit=MOST_CASES)
        return [_plain(db, vault, case, by if contact else None) for case in found]

    with open_database(config) as store:
        try:
            rows = store.write(read)
        except CannotOpen:
            fail(KEY_MISSING)
    if format_ is Shape.TABLE and output is None:
        console.print(_table(rows) if rows else "There are no such cases.")
    elif format_ is Shape.JSON:
        _give(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", output)
    else:
        _give(_csv(rows), output)


def _find(config: Settings, store: Store, key: str) -> list[str]:
    try:
        found = store.read(lambda db: finding.conversations(db, Vault.of(config), key))
    except CannotOpen:
        fail(KEY_MISSING)
    if not found:
        fail("Nothing is kept under this number, id or address.")
    return found


def _document(config: Settings, store: Store, transcripts: Transcripts, conversation: str) -> dict[str, Any]:
    vault, by = Vault.of(config), f"operator:{operator()}"[:80]
    try:
        document = store.write(lambda db: personal_data.export(db, conversation, vault, traces_of(config), by))
    except CannotOpen:
        fail(KEY_MISSING)
    except ConversationGone:
        fail(f"The chat {_short(conversation)} is erased; what is left of its cases names nobody.")
    return {"conversation": conversation, **document, "assistant_memory": transcripts.events(conversation)}


def _read(db: Connection, conversation: str, by: str) -> list[str]:
    for case in reading.cases_of(db, conversation):
        reading.write_audit(db, case.number, by, "read", {"what": "transcript"})
    lines, position = [f"# {conversation}"], 0
    while batch := history.after(db, conversation, position, BATCH):
        for one in batch:
            who = f"{one.author} {one.name}" if one.name else one.author
            lines.append(f"{one.at:%Y-%m-%d %H:%M:%S} {who}: {visible(one.text)}")
        position = batch[-1].position
    return lines


def _plain(db: Connection, vault: Vault, case: Case, by: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "number": case.number, "state": case.state, "desk": case.desk, "language": case.language,
        "channel": case.channel, "topic": case.topic, "claimed_by": case.claimed_by,
        "opened_at": f"{case.opened_at:%Y-%m-%d %H:%M}",
        "waiting_since": f"{case.unanswered_since:%Y-%m-%d %H:%M}" if case.unanswered_since else None,
    }  # fmt: skip
    if by:
        told = reading.contact_of(db, vault, case.number, by)
        row |= {"name": told.name, "company": told.company, "email": told.email, "question": told.question}
    return row


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows([cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(visible("-" if value is None else str(value)) for value in row.values()))
    return table


def _give(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")
    console.print(f"Written to {output}.")


def _counted(found: list[str]) -> str:
    return f"{len(found)} chats" if len(found) > 1 else f"the chat {_short(found[0])}"


def _short(conversation: str) -> str:
    return f"{conversation[:12]}…"
