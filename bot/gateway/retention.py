"""What is old enough to go, all of it in one place: counted in a dry run, deleted by the gateway and the operator.

A chat that became a case stays as long as the case does; one with an open case never goes. Steps are short
transactions that are harmless to repeat, so several processes may do them, and one that ends half-way loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from bot.desk.tables import staff_session
from bot.desk.talks import count_before_deletion
from bot.gateway import tombstones
from bot.gateway.tables import chat_message, chat_session, erased_chat, inbox_entry, offered_choice
from bot.gateway.transcripts import Transcripts
from bot.handoff import outbox
from bot.handoff.hours import HOME
from bot.handoff.outbox_tables import outbox as outbox_table
from bot.handoff.personal_data import purge_cases
from bot.handoff.tables import handoff_audit, handoff_case
from bot.insights import kept
from bot.settings import Settings

BATCH = 200
STEP = 5000  # rows that one transaction deletes within the database's deadline
# A turn that is under way writes its transcript before its answer.
SETTLED = timedelta(hours=1)
GATEWAY_IDS = ("web:", "tg:", "wx:")


@dataclass(frozen=True)
class Periods:
    """How long what is kept."""

    chats: timedelta
    cases: timedelta
    deliveries: timedelta
    questions: timedelta
    audit: timedelta
    backups: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Periods:
        names = ("retention_days", "case_days", "outbox_days", "insights_days", "audit_days", "backup_days")
        return cls(*(timedelta(days=getattr(settings, name)) for name in names))


class Retention:
    """`read` and `write` run a function with a connection, as Store and the gateway's Database do."""

    def __init__(self, periods: Periods, transcripts: Transcripts, var_dir: Path) -> None:
        self.periods, self.transcripts, self._var_dir = periods, transcripts, var_dir

    def steps(self, now: datetime) -> dict[str, Callable[[Connection], int]]:
        """What one transaction each can do, by name; chats and transcripts come after it."""
        return {
            "cases": lambda db: purge_cases(Session(db), now - self.periods.cases),
            "deliveries": lambda db: outbox.purge(db, now - self.periods.deliveries),
            "questions": lambda db: kept.purge(Session(db), self.periods.questions),
            **{name: self._deleting(table, old) for name, (table, old) in self._by_age(now).items()},
        }

    def count(self, db: Connection, now: datetime) -> dict[str, int]:
        """How much of each would go today."""
        settled = outbox_table.c.state.in_((outbox.SENT, outbox.FAILED, outbox.DEAD))
        old_mails = and_(outbox_table.c.created_at < now - self.periods.deliveries, settled)
        return {
            "cases": purge_cases(Session(db), now - self.periods.cases, dry_run=True),
            "deliveries": _count(db, outbox_table, old_mails),
            "questions": kept.purge(Session(db), self.periods.questions, dry_run=True),
            **{name: _count(db, table, old) for name, (table, old) in self._by_age(now).items()},
            "chats": _count(db, chat_session, self._old_chat(now)),
        }

    def old_chats(self, db: Connection, now: datetime) -> list[str]:
        """Some conversations that are over and old; none that a case still belongs to."""
        query = select(chat_session.c.conversation).where(self._old_chat(now)).limit(BATCH)
        return list(db.scalars(query))

    def delete_chats(self, db: Connection, conversations: Sequence[str], now: datetime) -> int:
        """Delete conversations whose transcripts are gone, unless one of them was taken up again meanwhile."""
        still = list(
            db.scalars(
                select(chat_session.c.conversation)
                .where(chat_session.c.conversation.in_(conversations), self._old_chat(now))
                .with_for_update()
            )
        )
        count_before_deletion(db, still, HOME)
        for table in (offered_choice, inbox_entry, chat_message, chat_session):
            db.execute(delete(table).where(table.c.conversation.in_(still)))
        return len(still)

    def orphans(self, now: datetime, read: Callable[[Callable[[Connection], list[str]]], list[str]]) -> list[str]:
        """Conversations the core still has and nobody else, and such as never were the gateway's and are old."""
        found = []
        for some in self.transcripts.untouched(now - SETTLED):
            ours = [one for one in some if one.startswith(GATEWAY_IDS)]
            known = set(read(lambda db, ours=ours: _known(db, ours)))  # type: ignore[misc]
            found += [one for one in ours if one not in known]
        for some in self.transcripts.untouched(now - self.periods.chats):
            found += [one for one in some if not one.startswith(GATEWAY_IDS)]
        return found

    def old_files(self, now: datetime) -> list[Path]:
        """Mails that were written to a folder instead of being sent."""
        before = (now - self.periods.deliveries).timestamp()
        return [path for path in (self._var_dir / "mail").glob("*.eml") if path.stat().st_mtime < before]

    def delete_files(self, now: datetime) -> int:
        """Delete old mails, and tombstones that no backup needs any more; how many mails."""
        found = self.old_files(now)
        for path in found:
            path.unlink(missing_ok=True)
        tombstones.forget(self._var_dir / tombstones.FILE, now - 2 * self.periods.backups)
        return len(found)

    def _by_age(self, now: datetime) -> dict[str, tuple[Table, ColumnElement[bool]]]:
        return {
            "audit": (handoff_audit, handoff_audit.c.at < now - self.periods.audit),
            "choices": (offered_choice, offered_choice.c.expires_at < now),
            "logins": (staff_session, staff_session.c.expires_at < now),
            # Erasures stay for as long as a backup could bring back what they erased, and that time again.
            "tombstones": (erased_chat, erased_chat.c.at < now - 2 * self.periods.backups),
        }

    def _deleting(self, table: Table, old: ColumnElement[bool]) -> Callable[[Connection], int]:
        [key] = table.primary_key
        some = select(key).where(old).limit(STEP)
        return lambda db: db.execute(delete(table).where(key.in_(some))).rowcount

    def _old_chat(self, now: datetime) -> ColumnElement[bool]:
        before = now - self.periods.chats
        mine = chat_session.c.conversation
        said = select(chat_message.c.id).where(chat_message.c.conversation == mine, chat_message.c.at >= before)
        case = select(handoff_case.c.id).where(handoff_case.c.conversation == mine)
        over = or_(chat_session.c.expires_at < now, chat_session.c.expires_at.is_(None))
        return and_(over, chat_session.c.created_at < before, ~said.exists(), ~case.exists())


def run(
    retention: Retention,
    read: Callable[[Callable[[Connection], list[str]]], list[str]],
    write: Callable[[Callable[[Connection], int]], int],
    now: datetime | None = None,
) -> dict[str, int]:
    """Delete what is old; how much of each. Raises StoreUnavailable; what was done so far stays done."""
    now = now or datetime.now(UTC)
    done = dict.fromkeys(retention.steps(now), 0)
    for name, step in retention.steps(now).items():
        while count := write(step):
            done[name] += count
            if count < STEP:
                break
    done["chats"] = 0
    while some := read(lambda db: retention.old_chats(db, now)):
        retention.transcripts.forget(some)
        count = write(lambda db, some=some: retention.delete_chats(db, some, now))  # type: ignore[misc]
        done["chats"] += count
        if not count:
            break
    done["transcripts"] = retention.transcripts.forget(retention.orphans(now, read))
    done["mails"] = retention.delete_files(now)
    return done


def _known(db: Connection, conversations: Sequence[str]) -> list[str]:
    mine = chat_session.c.conversation.in_(conversations)
    return list(db.scalars(select(chat_session.c.conversation).where(mine)))


def _count(db: Connection, table: Table, old: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(table).where(old)) or 0
