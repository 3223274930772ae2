"""Turns a group of unanswered questions into knowledge: a fact, one more name, or ways of asking for a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.common.redaction import has_marks
from bot.insights.grouping import Group
from bot.partners import queries
from bot.partners.editing.edits import AddName, Outcome, Put, edit
from bot.partners.files import Refusal
from bot.partners.records import LANGUAGES
from bot.store import Store

MOST_ASKED = 5  # ways of asking in one language that a group gives


def to_fact(
    store: Store, group: Group, fields: Mapping[str, str], texts: Mapping[str, str], *, fact_id: str = "", by: str
) -> Outcome:
    """Add a fact; `fields` are record, source, as_of and confidence, `texts` its sentence per language.

    The questions of the group become its ways of asking.
    """
    sentences = {f"text.{language}": text for language, text in texts.items() if text}
    asked = {f"asked.{language}": tuple(many) for language, many in ways_of_asking(group).items()}
    put = Put("fact", fact_id, {**{k: v for k, v in fields.items() if v}, **sentences, **asked}, "add")
    return edit(store, [put], by=by, origin=f"unanswered to-fact {group.id}")


def to_alias(store: Store, group: Group, record: str, language: str, name: str, *, by: str) -> Outcome:
    """Add a name under which a record is asked for."""
    return edit(store, [AddName(record, language, name)], by=by, origin=f"unanswered to-alias {group.id}")


def to_asked(store: Store, group: Group, fact_id: str, asked: Mapping[str, Sequence[str]], *, by: str) -> Outcome:
    """Add ways of asking to a fact, those that it has not yet."""
    fact = next((fact for fact in store.look(queries.facts) if fact.id == fact_id), None)
    if fact is None:
        return Outcome(refused=(Refusal("knowledge", fact_id, f"there is no fact '{fact_id}'"),))
    fields = {
        f"asked.{language}": tuple(dict.fromkeys((*fact.asked.get(language, ()), *many)))
        for language, many in asked.items()
    }
    return edit(store, [Put("fact", fact_id, fields, "change")], by=by, origin=f"unanswered to-training {group.id}")


def ways_of_asking(group: Group) -> dict[str, list[str]]:
    """The different questions of a group by language, without those from which personal data were taken out."""
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for question in group.questions:
        many = found.get(question.language, [])
        if question.text not in many and not has_marks(question.text) and len(many) < MOST_ASKED:
            many.append(question.text)
    return {language: many for language, many in found.items() if many}
