"""The people behind the form: which desk takes a request, when it is there, and the case that is opened for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.handoff.hours import standing
from bot.handoff.intake import Form
from bot.handoff.intake_store import rejoin
from bot.handoff.intake_topics import offered, record_id
from bot.handoff.opening import open_case
from bot.handoff.records import Case, Contact, Request
from bot.handoff.routing import HandoffData, Route, read_handoff, route
from bot.handoff.vault import Vault
from bot.partners.knowledge import Snapshot
from bot.partners.records import LANGUAGES, Desk
from bot.replies.handoff import Scene, back_texts
from bot.replies.handoff_words import CONSENT_VERSION
from bot.settings import Settings
from bot.store import Store, StoreUnavailable

SHOWN = 10
# Seconds after the core has asked in which something may be stored: it waits for eight, and then tells the visitor that
# nothing was passed on.
WITHIN = 6.0


class TooLate(StoreUnavailable):
    """The core no longer waits for this answer; nothing was stored."""


@dataclass(frozen=True)
class People:
    """Database, seals and routing."""

    store: Store
    vault: Vault
    data: HandoffData
    settings: Settings

    @classmethod
    def of(cls, settings: Settings, store: Store) -> People:
        """Raises HandoffDataError when data/handoff cannot be used."""
        return cls(store, Vault.of(settings), read_handoff(settings.handoff_dir), settings)

    def needed_for(self, topics: Iterable[str], text: str) -> bool:
        """Whether a person is always offered on one of these topics, or on what the visitor's words speak of."""
        return self.data.needs_person(topics, text)

    def route(self, topic: str | None, snapshot: Snapshot, language: str) -> Route:
        """Who takes a request on a topic."""
        return route(self.data, snapshot.desks, [topic] if topic else [], language)

    def scene(self, form: Form, snapshot: Snapshot, language: str) -> Scene:
        """What the form's messages say beside the form: the desk of its topic, or of the guessed one, and its hours."""
        guess = record_id(form.guess, snapshot)
        topic = record_id(form.topic, snapshot)
        way = self.route(topic if form.topic else guess, snapshot, language)
        zone = self.data.offices.visitor_zones.get(language)
        return Scene(
            language,
            desk_of(way.desk, snapshot),
            standing(way.office, datetime.now(UTC), zone),
            guess=snapshot.records[guess] if guess else None,
            topic=snapshot.records[topic] if topic else None,
            topics=tuple(snapshot.records[i] for i in offered(snapshot, guess)),
            privacy_url=self.settings.privacy_url,
        )

    def rejoin(self, conversation: str, asked_at: float | None) -> Case | None:
        """The open case of this conversation, to which it then returns. Raises UnknownConversation and StoreUnavailable."""
        return self._store_in_time(lambda session: rejoin(session, conversation), asked_at)

    def open(
        self,
        conversation: str,
        form: Form,
        snapshot: Snapshot,
        language: str,
        *,
        shown: tuple[str, ...] = (),
        asked_at: float | None = None,
    ) -> Case:
        """The case of a form, stored for certain; `asked_at`: when the core asked, in seconds of the epoch.

        Raises HandoffRefused and StoreUnavailable.
        """
        topic = record_id(form.topic, snapshot)
        request = Request(
            conversation,
            f"form:{form.run}",
            language,
            Contact(
                form.question or "", form.email if form.reach == "email" else None, form.name or None, form.company
            ),
            trigger=form.trigger,
            reach=form.reach or "chat",
            topic=topic,
            shown=shown[:SHOWN],
            consent_text=f"{CONSENT_VERSION} {language}",
        )
        way = self.route(topic, snapshot, language)
        names = {str(spoken): snapshot.records[topic].name(spoken) for spoken in LANGUAGES} if topic else None
        back = back_texts(standing(way.office, datetime.now(UTC), self.data.offices.visitor_zones.get(language)))
        opened = self._store_in_time(
            lambda session: open_case(
                session,
                self.vault,
                request,
                way,
                snapshot.desks,
                topic_names=names,
                back=back or None,
                helpdesk=self.settings.helpdesk,
            ),
            asked_at,
        )
        return opened.case

    def _store_in_time[T](self, work: Callable[[Session], T], asked_at: float | None) -> T:
        def in_time(session: Session) -> T:
            done = work(session)
            if asked_at is not None and time.time() > asked_at + WITHIN:
                raise TooLate
            return done

        return self.store.run(in_time)


def desk_of(desk: str, snapshot: Snapshot) -> Desk:
    """A desk by its id; one that is in the routing only has nothing but its id."""
    unknown = Desk(desk, {}, (), None, (), None, None, None, None)
    return next((d for d in snapshot.desks if d.id == desk), replace(unknown))
