"""What goes into an answer and what comes out: plain records, no words in any language."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.partners.records import Fact, Record

Kind = Literal[
    "facts",  # one or more statements
    "overview",  # the first statements about one record, with its card
    "organisations",  # a list of organisations
    "twin_cities",  # a list of twin-city links
    "events",  # a list of dated links, each with a fact
    "ask_back",  # several records are meant: which one?
    "which_one",  # a choice was made that fits nothing that was offered
    "nothing_more",  # all is said about the subject
    "unknown",  # no fact answers this
]
Verdict = Literal["yes", "no", "differs"]


PLAIN = 0.6  # facts less certain to answer the question are shown as what comes nearest, not as the answer
JUST_SAID = 3  # facts of the last answer, at most


@dataclass(frozen=True)
class Context:
    """What the conversation is about. `listed`: ids of the last list; `said`: ids of facts already told."""

    subject: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    question: str = ""

    def within(self, records: Container[str]) -> Context:
        """Without the records that were taken out of the database since."""
        return replace(
            self,
            subject=tuple(i for i in self.subject if i in records),
            listed=tuple(i for i in self.listed if i in records),
        )


@dataclass(frozen=True)
class Turn:
    """One message of a visitor.

    `guess`: the likeliest intent when `intent` is
    nlu_fallback, `certainty` (0..1) its probability; `record` and `fact` come from a pressed choice.
    """

    text: str
    language: str
    intent: str
    certainty: float = 1.0
    guess: str = ""
    context: Context = field(default_factory=Context)
    record: str | None = None
    fact: str | None = None


@dataclass(frozen=True)
class Filters:
    """What a list was filtered by; values as in the vocabulary."""

    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    topic: str | None = None
    year: str | None = None
    order: Literal["", "oldest", "newest"] = ""
    suspended: bool = False
    dated: bool = False

    def __bool__(self) -> bool:
        return self != Filters()

    def fits(self, record: Record) -> bool:
        """Whether a record has the city, country and kind, each as far as one is named."""
        return (
            (not self.cities or record.city in self.cities)
            and (not self.countries or record.country in self.countries)
            and (not self.kinds or record.kind in self.kinds)
        )


@dataclass(frozen=True)
class Answer:
    """What is to be said. `suggestions` and `candidates` are record ids; `context` is what the next turn needs.

    `certainty`: probability (0..1) that ranked facts answer the question; 1 for what was not found by ranking.
    """

    kind: Kind
    facts: tuple[Fact, ...] = ()
    records: tuple[Record, ...] = ()
    suggestions: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    verdict: Verdict | None = None
    filters: Filters = field(default_factory=Filters)
    counted: bool = False
    disputed: bool = False
    certainty: float = 1.0
    context: Context = field(default_factory=Context)

    @property
    def uncertain(self) -> bool:
        """Whether its facts are what comes nearest rather than the answer."""
        if self.kind == "unknown":
            return bool(self.facts)
        return self.kind == "facts" and self.certainty < PLAIN and not self.verdict

    def with_context(self, context: Context) -> Answer:
        return replace(self, context=context)

    def asking(self, question: str) -> Answer:
        """The same answer, to be remembered as one to this question."""
        return replace(self, context=replace(self.context, question=question))

    def listing(self, listed: tuple[str, ...]) -> Answer:
        """The same answer, with a list kept for the next turn."""
        return replace(self, context=replace(self.context, listed=listed))


def told(context: Context, facts: tuple[Fact, ...], subject: tuple[str, ...], question: str) -> Context:
    """The context after these facts were said about this subject."""
    said = tuple(dict.fromkeys([*context.said, *(fact.id for fact in facts)]))[-60:]
    return Context(subject=subject[:4], listed=(), said=said, question=question[:300])
