"""Names for ids: desks, topics and organisations as the partner database calls them, people as their accounts do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.accounts import Account, list_accounts
from bot.handoff.conversations import Db
from bot.partners import queries
from bot.partners.records import LANGUAGES, Desk
from bot.partners.tables import NameRow, OrganisationRow


@dataclass(frozen=True)
class People:
    """The accounts, and what follows from them."""

    accounts: tuple[Account, ...]

    def name(self, login: str) -> str:
        """What a person is called; the login of an account that is gone."""
        return next((one.display_name for one in self.accounts if one.login == login), login)

    @property
    def active(self) -> tuple[Account, ...]:
        return tuple(one for one in self.accounts if one.active)

    @property
    def staffed(self) -> frozenset[str]:
        """Desks that somebody has who may log in."""
        return frozenset(desk for one in self.active for desk in one.desks)


def people(db: Db) -> People:
    """Everybody who has an account."""
    return People(tuple(list_accounts(db)))


def desks(db: Db) -> tuple[Desk, ...]:
    """The desks of the partner database, the general one first."""
    if isinstance(db, Session):
        return queries.desks(db)
    with Session(db) as session:
        return queries.desks(session)


def record_names(db: Db, ids: Iterable[str], language: str) -> Mapping[str, str]:
    """Id -> name of topics, organisations, places; in `language`, else in another. Unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    query = select(NameRow.record_id, NameRow.language, NameRow.text)
    query = query.where(NameRow.record_id.in_(wanted), NameRow.kind.in_(("official", "label")))
    found: dict[str, dict[str, str]] = {}
    for record_id, written_in, text in db.execute(query):
        found.setdefault(record_id, {})[written_in] = text
    order = (language, *LANGUAGES)
    return {one: next(names[code] for code in order if code in names) for one, names in found.items()}


def organisations_among(db: Db, ids: Iterable[str]) -> list[str]:
    """Those of the ids that are organisations."""
    return [row.id for row in db.execute(select(OrganisationRow.id).where(OrganisationRow.id.in_(set(ids))))]
