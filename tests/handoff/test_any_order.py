"""Whatever visitors and staff do in whatever order: one open case, and the conversation stands where its case does."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.handoff import cases
from bot.handoff.reading import audit_of, cases_of
from bot.handoff.records import Case, HandoffRefused
from bot.handoff.routing import HandoffData
from bot.store import Store

from .conftest import CONVERSATION, DESKS, MONDAY, Open, state_of

STEPS = 80
CHANGES = ("claimed", "handed_over", "answered", "closed")
PEOPLE = ("anna", "bernd")


def steps(store: Store, open_: Open, data: HandoffData, dice: random.Random) -> list[Callable[[str, datetime], Any]]:
    """What can happen; each takes the number of the latest case and the time."""

    def who() -> str:
        return dice.choice(PEOPLE)

    def desk() -> str:
        return dice.choice(DESKS).id

    return [
        lambda _, at: open_(f"m-{dice.randrange(30)}", at=at, reach=dice.choice(["chat", "email"])),
        lambda n, at: store.run(lambda s: cases.claim(s, n, who(), at=at)),
        lambda n, at: store.run(lambda s: cases.hand_to_colleague(s, n, who(), who(), force=dice.random() < 0.3, at=at)),
        lambda n, at: store.run(lambda s: cases.hand_to_desk(s, data, DESKS, n, who(), desk(), at=at)),
        lambda n, at: store.run(lambda s: cases.staff_answered(s, n, who(), at=at)),
        lambda n, at: store.run(lambda s: cases.visitor_wrote(s, CONVERSATION, at=at)),
        lambda n, at: store.run(lambda s: cases.close(s, n, who(), "answered", back_to_assistant=dice.random() < 0.5, at=at)),
        lambda n, at: store.run(lambda s: cases.resume_assistant(s, CONVERSATION, at=at)),
        lambda n, at: store.run(lambda s: cases.withdraw(s, CONVERSATION, at=at)),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_case_and_conversation_never_contradict_each_other(
    store: Store, open_: Open, data: HandoffData, seed: int
) -> None:
    dice = random.Random(seed)
    happen = steps(store, open_, data, dice)
    seen: set[str] = set()
    for step in range(STEPS):
        found = store.run(lambda session: cases_of(session, CONVERSATION))
        number = found[-1].number if found else "00000000"
        with suppress(HandoffRefused):
            dice.choice(happen)(number, MONDAY + timedelta(minutes=15 * step))
        found = store.run(lambda session: cases_of(session, CONVERSATION))
        stands = state_of(store)
        seen |= {stands, *(case.state for case in found)}
        check(store, found, stands)
    assert seen == {"bot", "waiting", "human", "closed"}


def check(store: Store, found: list[Case], stands: str) -> None:
    still_open = [case for case in found if case.state != "closed"]
    assert len(still_open) <= 1
    if still_open:
        [case] = still_open
        assert stands == case.state or (stands == "bot" and case.reach == "email")
        assert (case.claimed_by is not None) == (case.claimed_at is not None) == (case.state == "human")
        assert case.closed_at is None and case.close_reason is None
    else:
        assert stands in ("bot", "closed")
    for case in found:
        if case.state == "closed":
            assert case.closed_at and case.close_reason and case.unanswered_since is None
        done = [entry.action for entry in store.run(lambda s, n=case.number: audit_of(s, n))]  # type: ignore[misc]
        assert done[0] == "opened" and case.version == 1 + sum(action in CHANGES for action in done)
