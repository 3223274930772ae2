"""What a conversation left outside the gateway's own tables: the core's memory, mails in a folder; and its tombstone."""

import asyncio
from pathlib import Path

from sqlalchemy import Connection

from bot.gateway import tombstones
from bot.gateway.database import Database
from bot.gateway.transcripts import CoreMemory
from bot.handoff import outbox
from bot.handoff.reading import cases_of


class OtherPlaces:
    """Erased before the rows that lead there are; harmless to repeat."""

    def __init__(self, db: Database, memory: CoreMemory, var_dir: Path) -> None:
        self._db, self._memory, self._var_dir = db, memory, var_dir

    async def erase(self, conversation: str) -> None:
        """Raises Problem("store_away"), and OSError when VAR_DIR cannot be written."""
        names = await self._db.read(lambda db: mail_names(db, conversation))
        await self._memory.erase(conversation)
        await asyncio.to_thread(erase_files, self._var_dir, conversation, names)


def mail_names(db: Connection, conversation: str) -> list[str]:
    """The names under which mails about a conversation's cases were written, if they were."""
    keys = [f"case:{case.number}:" for case in cases_of(db, conversation)]
    return [delivery.message_id for key in keys for delivery in outbox.by_key(db, key)]


def erase_files(var_dir: Path, conversation: str, names: list[str]) -> None:
    """Note the erasure and delete these mails."""
    tombstones.note(var_dir, conversation)
    for name in names:
        (var_dir / "mail" / f"{name}.eml").unlink(missing_ok=True)
