"""What the databases and the mailbox hold after the faults, and the counts that may only be nought."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .form import Request
from .mailbox import Mail
from .stage import Stage
from .visitors import Visitor


@dataclass(frozen=True)
class MailRow:
    """One mail as the outbox knows it; `number` is of the case it is about."""

    idem_key: str
    message_id: str
    state: str

    @property
    def number(self) -> str:
        return self.idem_key.split(":")[1]


@dataclass(frozen=True)
class Books:
    """Rows read straight from the databases."""

    cases: dict[str, str]  # number -> conversation
    mails: list[MailRow]
    messages: dict[str, list[tuple[str, str | None, str, str]]]  # conversation -> (id, reply_to, author, text) in order
    turns: dict[str, list[str]]  # conversation -> message ids that the core took as turns, in order


async def read_books(stage: Stage) -> Books:
    cases = await stage.query("SELECT number, conversation FROM handoff_case ORDER BY id")
    mails = await stage.query("SELECT idem_key, message_id, state FROM outbox WHERE channel = 'mail' ORDER BY id")
    shown = await stage.query(
        "SELECT conversation, id, reply_to, author, text FROM chat_message ORDER BY conversation, position"
    )
    events = await stage.query(
        "SELECT sender_id, data FROM events WHERE type_name = 'user' ORDER BY id", transcripts=True
    )
    messages: dict[str, list[tuple[str, str | None, str, str]]] = defaultdict(list)
    for conversation, *rest in shown:
        messages[conversation].append((rest[0], rest[1], rest[2], rest[3]))
    turns: dict[str, list[str]] = defaultdict(list)
    for conversation, data in events:
        turns[conversation].append(str(json.loads(data).get("message_id")))
    return Books(dict(cases), [MailRow(*row) for row in mails], messages, turns)


def lost_cases(books: Books, requests: Sequence[Request]) -> list[str]:
    """Numbers that a visitor was told and that are not the visitor's case in the database."""
    return [r.number for r in requests if r.number and books.cases.get(r.number) != r.visitor.conversation]


def doubled_cases(books: Books, requests: Sequence[Request]) -> list[str]:
    """Conversations in which one request became more than one case."""
    count = Counter(books.cases.values())
    return [r.visitor.conversation for r in requests if count[r.visitor.conversation] > 1]


def false_confirmations(books: Books, requests: Sequence[Request]) -> list[str]:
    """Conversations that were told of a case when there is none."""
    held = set(books.cases.values())
    return [r.visitor.conversation for r in requests if r.number and r.visitor.conversation not in held]


def unlike_mails(books: Books, mails: Sequence[Mail]) -> list[str]:
    """(case, recipient, event) that did not get exactly one distinct Message-ID in the mailbox."""
    came: dict[str, set[str]] = defaultdict(set)  # left part of the Message-ID -> recipients
    for mail in mails:
        came[mail.message_id.strip("<>").split("@")[0]].add(mail.to)
    known = {row.message_id: row for row in books.mails}
    wrong = [f"{key} was never queued" for key in came if key not in known]
    wrong += [f"{row.idem_key} never came" for row in books.mails if row.message_id not in came]
    wrong += [f"{known[key].idem_key} came to {len(to)}" for key, to in came.items() if key in known and len(to) != 1]
    # Seen from the mailbox alone: for one case one recipient hears of one opening under one Message-ID only.
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mail in mails:
        for number in (n for n in books.cases if n in mail.text):
            ids[mail.to, number].add(mail.message_id)
    events = Counter((row.number, "visitor" if row.idem_key.endswith(":visitor") else "desk") for row in books.mails)
    for (to, number), found in ids.items():
        expected = max((count for (n, _), count in events.items() if n == number), default=0)
        if len(found) > expected:
            wrong.append(f"{number} came to {to} under {len(found)} ids")
    return wrong


def doubled_mails(mails: Sequence[Mail]) -> int:
    """Mails that came again under their Message-ID."""
    return len(mails) - len({mail.message_id for mail in mails})


def acknowledged(visitors: Sequence[Visitor]) -> int:
    return sum(said.replies is not None for visitor in visitors for said in visitor.said)


def lost_turns(books: Books, visitors: Sequence[Visitor]) -> list[str]:
    """Messages that were answered and of which message, answer or turn is missing."""
    wrong = []
    for visitor in visitors:
        shown = books.messages.get(visitor.conversation, [])
        ids = {row[0] for row in shown}
        turns = set(books.turns.get(visitor.conversation, ()))
        for said in visitor.said:
            if said.replies is None:
                continue
            if said.id not in ids:
                wrong.append(f"message {said.id} is not in the history")
            elif any(reply["id"] not in ids for reply in said.replies):
                wrong.append(f"the answer to {said.id} is not in the history")
            elif said.id not in turns:
                wrong.append(f"the core knows nothing of {said.id}")
    return wrong


def doubled_turns(books: Books, visitors: Sequence[Visitor]) -> list[str]:
    """Messages that the core took more than once, or that stand or are answered more than once in the history."""
    wrong = []
    for visitor in visitors:
        turns = Counter(books.turns.get(visitor.conversation, ()))
        wrong += [f"{count} turns of {message_id}" for message_id, count in turns.items() if count > 1]
        rows = books.messages.get(visitor.conversation, [])
        wrong += [f"{count} rows of {i}" for i, count in Counter(row[0] for row in rows).items() if count > 1]
        for said in visitor.said:
            answers = [row for row in rows if row[1] == said.id]
            if said.replies is not None and len(answers) != len(said.replies):
                wrong.append(f"{len(answers)} answers stored for {said.id}, {len(said.replies)} given")
    return wrong


def taken_otherwise(books: Books, visitors: Sequence[Visitor]) -> list[str]:
    """Conversations whose messages the core took in another order than they stand in the history."""
    wrong = []
    for visitor in visitors:
        sent = {said.id for said in visitor.said if said.replies is not None}
        shown = [
            row[0] for row in books.messages.get(visitor.conversation, []) if row[2] == "visitor" and row[0] in sent
        ]
        if shown != [turn for turn in books.turns.get(visitor.conversation, []) if turn in sent]:
            wrong.append(visitor.conversation)
    return wrong


def out_of_order(books: Books, visitors: Sequence[Visitor]) -> list[str]:
    """Conversations whose messages stand, or were taken, in another order than they were sent."""
    wrong = []
    for visitor in visitors:
        sent = [said.id for said in visitor.said if said.replies is not None]
        shown = [
            row[0] for row in books.messages.get(visitor.conversation, []) if row[2] == "visitor" and row[0] in sent
        ]
        turns = [turn for turn in books.turns.get(visitor.conversation, []) if turn in sent]
        if shown != sent:
            wrong.append(f"shown: {visitor.conversation}")
        if turns != sent:
            wrong.append(f"taken: {visitor.conversation}")
    return wrong
