"""Who may see and change which case: the one place that decides it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from bot.desk.accounts import Account
from bot.handoff.records import Case
from bot.handoff.tables import handoff_case

_case = handoff_case.c


def may_see(account: Account, case: Case, staffed: Collection[str]) -> bool:
    """Leads see all. Staff see what they hold, what is at their desks or came there as deputy, and what waits at a desk
    with nobody in it (`staffed` are desks that somebody has), so that no case is out of everybody's sight."""
    if account.leads or case.claimed_by == account.login or case.desk in account.desks:
        return True
    if case.deputy in account.desks:
        return True
    return case.state == "waiting" and case.desk not in staffed


def visible(account: Account, staffed: Collection[str]) -> ColumnElement[bool]:
    """`may_see` for a query over handoff_case."""
    if account.leads:
        return true()
    unstaffed = and_(_case.state == "waiting", _case.desk.not_in(staffed))
    return or_(own(account), _at_desks(account), unstaffed)


def own(account: Account) -> ColumnElement[bool]:
    """What this person holds."""
    return _case.claimed_by == account.login


def at_own_desks(account: Account, staffed: Collection[str]) -> ColumnElement[bool]:
    """What this person is asked to look after; a lead without a desk looks after all."""
    if account.leads and not account.desks:
        return true()
    unstaffed = and_(_case.state == "waiting", _case.desk.not_in(staffed))
    return or_(_at_desks(account), unstaffed)


def _at_desks(account: Account) -> Any:
    return or_(_case.desk.in_(account.desks), _case.deputy.in_(account.desks))
