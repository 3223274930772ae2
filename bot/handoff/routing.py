"""Who takes a case: topic and language to desk, deputy and default, as data/handoff/routing.yml says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.handoff.offices import HandoffDataError, Lang, Office, Offices, read_model, read_offices
from bot.partners.records import Desk

Reason = Literal["rule", "topic", "language", "default"]
Minutes = Annotated[int, Field(ge=1)]
Words = Annotated[str, Field(min_length=2, max_length=60)]
_HAN = re.compile(r"[\u4e00-\u9fff]")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class DeskSeat(_Model):
    """Where a desk works, who stands in, and who takes its cases in languages it does not speak."""

    office: str
    deputy: str | None = None
    other_languages: dict[Lang, str] = {}


class Rule(_Model):
    """A desk for a topic, a language, or both."""

    topic: str | None = None
    language: Lang | None = None
    desk: str
    deputy: str | None = None

    def fits(self, topic: str | None, language: str) -> bool:
        return self.topic in (None, topic) and self.language in (None, language)


class Routing(_Model):
    """The whole table; `remind_after` and `escalate_after` are business minutes of the desk's office."""

    default: str
    remind_after: Minutes
    escalate_after: Minutes
    desks: dict[str, DeskSeat]
    rules: list[Rule] = []
    always_person: list[str] = []
    always_person_words: dict[str, dict[Lang, list[Words]]] = {}

    @cached_property
    def calls_for_person(self) -> re.Pattern[str]:
        """Finds any of the words in a text that is case-folded."""
        words = [
            word.casefold()
            for concern in self.always_person_words.values()
            for each in concern.values()
            for word in each
        ]
        found = [re.escape(word) if _HAN.search(word) else rf"\b{re.escape(word)}\w{{0,3}}\b" for word in words]
        return re.compile("|".join(found) or r"(?!)")


@dataclass(frozen=True)
class Route:
    """Who takes a case and why: `rule`, `topic` (the desk answers for it), `language` (another does not speak it)."""

    desk: str
    deputy: str | None
    default: str
    office: Office
    why: Reason


@dataclass(frozen=True)
class HandoffData:
    """Everything in data/handoff."""

    offices: Offices
    routing: Routing

    def office_of(self, desk: str) -> Office:
        """The office of a desk; that of the default desk for one that is not in the table."""
        seat = self.routing.desks.get(desk) or self.routing.desks[self.routing.default]
        return self.offices.by_id[seat.office]

    def deputy_of(self, desk: str) -> str | None:
        """Who stands in for a desk; never the desk itself."""
        seat = self.routing.desks.get(desk)
        found = (seat.deputy if seat else None) or self.routing.default
        return found if found != desk else None

    def needs_person(self, topics: Iterable[str], text: str = "") -> bool:
        """Whether a person is always offered on one of these topics, or on what the visitor's words speak of."""
        marked = not set(self.routing.always_person).isdisjoint(topics)
        return marked or self.routing.calls_for_person.search(text.casefold()) is not None


def read_handoff(folder: Path) -> HandoffData:
    """All files of a folder; raises HandoffDataError with one line per fault."""
    offices = read_offices(folder)
    routing = read_model(folder / "routing.yml", Routing)
    faults = list(_faults(routing, offices))
    if faults:
        raise HandoffDataError(faults)
    return HandoffData(offices, routing)


def route(data: HandoffData, desks: Sequence[Desk], topics: Sequence[str], language: str) -> Route:
    """Who takes a case about `topics` (the nearest first) from a visitor who writes `language`.

    Desks that are not in `desks` any more are passed over; with none left the default is named all the same.
    """
    known = {desk.id: desk for desk in desks}
    wanted, deputy, why = next(
        (found for found in _wanted(data.routing, desks, topics, language) if found[0] in known),
        (data.routing.default, None, "default"),
    )
    seat = data.routing.desks.get(wanted)
    speaks = wanted not in known or language in known[wanted].languages
    others = seat.other_languages.items() if seat and not speaks else ()
    other = next((desk for spoken, desk in others if spoken == language), None)
    if why != "rule" and other in known:
        wanted, deputy, why = other, None, "language"
    deputy = deputy or data.deputy_of(wanted)
    return Route(
        desk=wanted,
        deputy=deputy if deputy in known and deputy != wanted else None,
        default=data.routing.default,
        office=data.office_of(wanted),
        why=why,
    )


def faults_with(routing: Routing, desks: Mapping[str, Desk]) -> list[str]:
    """Desks that routing.yml names and the partner database does not hold; one line each."""
    return [f"routing.yml: {desk}: there is no such desk" for desk in sorted(_named(routing) - set(desks))]


def _wanted(
    routing: Routing, desks: Sequence[Desk], topics: Sequence[str], language: str
) -> Iterator[tuple[str, str | None, Reason]]:
    """Candidates, the most fitting first."""
    by_weight = sorted(routing.rules, key=lambda rule: (rule.topic is None, rule.language is None))
    for topic in (*topics, None):
        for rule in by_weight:
            # Rules for a language alone come after every rule for one of the topics.
            if rule.fits(topic, language) and (topic is None) == (rule.topic is None):
                yield rule.desk, rule.deputy, "rule"
    for topic in topics:
        answering = [desk for desk in desks if topic in desk.answers_for]
        for desk in sorted(answering, key=lambda desk: language not in desk.languages):
            yield desk.id, None, "topic"
    yield routing.default, None, "default"
    yield from ((desk.id, None, "default") for desk in desks[:1])


def _named(routing: Routing) -> set[str]:
    seats, rules = routing.desks, routing.rules
    return {
        routing.default,
        *seats,
        *(desk for seat in seats.values() for desk in (seat.deputy, *seat.other_languages.values()) if desk),
        *(desk for rule in rules for desk in (rule.desk, rule.deputy) if desk),
    }


def _faults(routing: Routing, offices: Offices) -> Iterator[str]:
    for desk in sorted(_named(routing) - set(routing.desks)):
        yield f"routing.yml: {desk}: has no line under desks"
    for desk, seat in routing.desks.items():
        if seat.office not in offices.by_id:
            yield f"routing.yml: {desk}: there is no office {seat.office}"
        if desk == seat.deputy:
            yield f"routing.yml: {desk}: cannot be its own deputy"
    if routing.escalate_after < routing.remind_after:
        yield "routing.yml: escalate_after must not come before remind_after"
    for rule in routing.rules:
        if rule.topic is None and rule.language is None:
            yield f"routing.yml: {rule.desk}: a rule needs a topic or a language"
