"""Short messages that live from what was said before: "and where?", "the second one", "tell me more"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.partners import answers, lists, references, selection
from bot.partners.certainty import SURE, certainty
from bot.partners.figures import MONTHS, month_in, years
from bot.partners.knowledge import Snapshot
from bot.partners.picking import about
from bot.partners.ranking import CONTEXT_NEARNESS, Asked, Scored
from bot.partners.records import CENTRE, LANGUAGES, Record
from bot.partners.turn import Answer, Turn, told

MORE_FACTS = 2
SHORT_WORDS, SHORT_CHARACTERS = 6, 40
DATE_WORDS = re.compile("|".join([*MONTHS, r"\d+", "年|月|日|号|那次|那一次|that time|damals|the one"]))
# "Who else?" asks for more of the list, "what else?" for more about the one of it that is spoken of.
WHO_ELSE = re.compile(
    r"\b(?:who|which|whom|others?|wer|wen|welche[rsn]?|andere[rsn]?|weitere[rsn]?)\b|谁|哪|其他|别的|另外"
)
ANY_OF_THEM = re.compile(
    r"\b(?:any|one|some|none|which) of (?:them|these|those)|(?:eine|keine|welche) (?:davon|von (?:ihnen|denen|diesen))\b|其中"
)
LEAST_COVERED = 0.3  # share of the asked concepts that a fact about another record must have


def respond(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """An answer that needs the context; None when the message stands for itself."""
    if turn.intent == "choose_item":
        return choose_item(turn, snapshot, asked)
    short = len(asked.folded.split()) <= SHORT_WORDS and len(asked.folded) <= SHORT_CHARACTERS
    if short and turn.context.listed and not asked.mentions and references.ordinal(asked.folded) is not None:
        return choose_item(turn, snapshot, asked)
    flags = snapshot.vocabulary.flags.find(asked.folded)
    of_the_list = bool(set(turn.context.subject[:1]) & set(turn.context.listed))
    if "else" in flags and not asked.mentions:
        if (turn.context.listed and not (of_the_list and not WHO_ELSE.search(asked.folded))) or turn.context.subject[
            :1
        ] == (CENTRE,):
            return lists.others(turn, snapshot)
        return more(turn, snapshot)
    if turn.intent == "ask_more" and not asked.mentions:
        return more(turn, snapshot)
    if (dated := _same_question_then(turn, snapshot, asked)) is not None:
        return dated
    if asked.mentions:
        return same_question(turn, snapshot, asked)
    if turn.context.listed and (narrowed := _narrowed(turn, snapshot, asked)):
        return narrowed
    if short and not turn.context.listed and (one := _other_one(turn, snapshot, asked)):
        return answers.overview(turn, snapshot, one.id)
    if asked.concepts & selection.ASKS_FIGURE:
        return None  # "how many companies are based there?"
    if "where" in flags and len(turn.context.listed) > 1 and not of_the_list:
        return _where_are_they(turn, snapshot)
    if "where" in flags and turn.context.subject:
        ranked = snapshot.ranking.rank(asked, turn.language, turn.context.subject)
        near = [s for s in ranked if s.nearness > 0.5]
        if not near or certainty(near, asked, turn.language, snapshot, lenient=True) < SURE:
            return _where_are_they(turn, snapshot)
    return None


def _other_one(turn: Turn, snapshot: Snapshot, asked: Asked) -> Record | None:
    """ "And the Polish one?" after another twin city."""
    filters = lists.organisation_filters(asked.positive, snapshot)
    words, _ = snapshot.vocabulary.content(asked.positive)
    if not (filters.cities or filters.countries):
        return None
    alike = [r for r in references.pool(turn.context, snapshot) if r.id not in turn.context.subject]
    return references.one_of(alike, asked, snapshot) if len(words) <= 2 else None


def _narrowed(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """ "And the Turkish one?", "is any of them on hold?": a part of the last list."""
    listed = [snapshot.records[i] for i in turn.context.listed if i in snapshot.records]
    flags = snapshot.vocabulary.flags.find(asked.folded)
    if "other_one" in flags:
        left = [record for record in listed if record.id not in turn.context.subject]
        return _chosen(turn, snapshot, left[0]) if len(left) == 1 else None
    one = (
        "pronoun" in flags
        and not ANY_OF_THEM.search(asked.folded)
        and set(turn.context.subject[:1]) & set(turn.context.listed)
    )
    wanted = {"oldest", "newest"} if one else {"oldest", "newest", "suspended"}
    if flags & wanted and any(record.type == "place" for record in listed):
        return lists.twin_cities(turn, snapshot, turn.context.listed if len(listed) > 1 else ())
    chosen = references.one_of(listed, asked, snapshot)
    return _chosen(turn, snapshot, chosen) if chosen else None


def more(turn: Turn, snapshot: Snapshot) -> Answer:
    """The next statements about the subject that were not said yet, its links after its own."""
    subject = turn.context.subject or turn.context.listed[:1]
    if not subject:
        return Answer("which_one", context=turn.context)
    unsaid = [f for i in subject for f in snapshot.facts_of.get(i, ()) if f.id not in turn.context.said]
    for record_id in subject:
        for link in snapshot.links_of.get(record_id, ()):
            unsaid += [f for f in snapshot.facts_of.get(link.id, ()) if f.id not in turn.context.said]
    facts = tuple(dict.fromkeys(unsaid))[:MORE_FACTS]
    record = snapshot.records[subject[0]]
    if not facts:
        return Answer("nothing_more", records=(record,), context=turn.context)
    context = told(turn.context, facts, subject, turn.context.question)
    return Answer("facts", facts, (record,), context=context)


def choose_item(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """The listed record that the message picks by number, name or place."""
    listed = [snapshot.records[i] for i in turn.context.listed if i in snapshot.records]
    named = {i for m in asked.mentions for i in m.record_ids}
    chosen = [record for record in listed if record.id in named]
    if not chosen and named:
        return None
    number = references.ordinal(asked.folded)
    if not chosen and "other_one" in snapshot.vocabulary.flags.find(asked.folded):
        left = [record for record in listed if record.id not in turn.context.subject]
        chosen = left if len(left) == 1 else []
    if not chosen and number and (picked := references.listed_at(turn.context, number[0])):
        chosen = [snapshot.records[picked]]
    if not chosen and (one := references.one_of(listed or references.pool(turn.context, snapshot), asked, snapshot)):
        chosen = [one]
    if chosen:
        return _chosen(turn, snapshot, chosen[0])
    if turn.context.subject and (not listed or turn.context.subject[0] in turn.context.listed):
        return None if any(snapshot.vocabulary.content(asked.masked)) else more(turn, snapshot)
    context = turn.context
    return Answer("which_one", records=tuple(listed), candidates=tuple(r.id for r in listed), context=context)


def choose(turn: Turn, snapshot: Snapshot, record_id: str) -> Answer:
    """What is said about a record that was picked by its place in the list."""
    return _chosen(turn, snapshot, snapshot.records[record_id])


def _chosen(turn: Turn, snapshot: Snapshot, record: Record) -> Answer:
    """After "which one?" the open question is answered for the one chosen, else it is introduced."""
    answer = _say_chosen(turn, snapshot, record)
    return answer.with_context(replace(answer.context, listed=turn.context.listed))


def _say_chosen(turn: Turn, snapshot: Snapshot, record: Record) -> Answer:
    if record.type == "link":
        return answers.say_facts(turn, snapshot, snapshot.facts_of[record.id][:3], ())
    open_question = snapshot.ranking.ask(turn.context.question)
    ambiguous = any(len(m.record_ids) > 1 and record.id in m.record_ids for m in open_question.mentions)
    if ambiguous and not snapshot.vocabulary.says_nothing_special(open_question.masked):
        return _about(turn, snapshot, open_question.masked, record.id)
    return answers.overview(turn, snapshot, record.id)


def _where_are_they(turn: Turn, snapshot: Snapshot) -> Answer:
    """Each listed organisation or place with its city; places of links by their far end."""
    ids = turn.context.listed or turn.context.subject[:1]
    records = tuple(snapshot.records[i] for i in ids if snapshot.records[i].type in ("organisation", "place"))
    if not records:
        return Answer("unknown", context=turn.context)
    facts = tuple(snapshot.facts_of[r.id][0] for r in records if snapshot.facts_of.get(r.id))
    return Answer("organisations", facts, records, context=replace(turn.context, question=turn.text))


def correction(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """ "No, I meant the one in Shanghai": the last question again, about the record that was meant."""
    if not turn.context.question or not references.corrects(asked, snapshot):
        return None
    named = [i for m in asked.mentions if m.strength > 1 for i in m.record_ids]
    if len(set(named)) > 1:
        return None
    record_id = named[0] if named else None
    if record_id is None:
        others = [r for r in references.pool(turn.context, snapshot) if r.id not in turn.context.subject]
        one = references.one_of(others, asked, snapshot)
        record_id = one.id if one else None
    if record_id is None:
        return None
    if asked.concepts & selection.QUESTION_TYPES:  # "when was the other one founded, I mean the one in Shanghai"
        return answers.by_facts(turn, snapshot, about(snapshot.records[record_id], asked, snapshot))
    before = snapshot.ranking.ask(turn.context.question).masked
    if snapshot.vocabulary.values("cities", asked.positive):  # it was another city that was asked about before
        before = snapshot.vocabulary.groups["cities"].without(before)
    if snapshot.vocabulary.says_nothing_special(before):
        return answers.overview(turn, snapshot, record_id)
    return _about(turn, snapshot, before, record_id)


def _same_question_then(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """ "And in April 2023?": the last question, asked about what happened then."""
    when = years(asked.folded)
    rest = DATE_WORDS.sub(" ", asked.masked)
    if len(when) != 1 or not turn.context.question or not snapshot.vocabulary.only_points(f"and {rest}"):
        return None
    month = month_in(asked.folded)
    start = f"{min(when)}-{month:02}" if month else str(min(when))
    then = {r.id for r in snapshot.records.values() if r.type == "link" and (r.date or "").startswith(start)}
    before = snapshot.ranking.ask(turn.context.question)
    ranked = [s for s in snapshot.ranking.rank(before, turn.language) if s.fact.record_id in then]
    if not ranked:
        return None
    return answers.say_facts(turn, snapshot, selection.choose(ranked, snapshot), ()).asking(turn.context.question)


def same_question(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """ "And Innobanx?", "I meant Herne": the last question, asked about the newly named record."""
    ids = tuple(dict.fromkeys(i for m in asked.mentions for i in m.record_ids))
    if len(ids) != 1 or not turn.context.question or not snapshot.vocabulary.only_points(asked.masked):
        return None
    before = snapshot.ranking.ask(turn.context.question)
    if snapshot.vocabulary.says_nothing_special(before.masked):
        return answers.overview(turn, snapshot, ids[0])
    return _about(turn, snapshot, before.masked, ids[0])


def _about(turn: Turn, snapshot: Snapshot, what: str, record_id: str) -> Answer:
    """What was asked before (names taken out), about this record; its overview when no fact fits."""
    asked = replace(snapshot.ranking.ask(what), mentions=())
    near: list[Scored] = []
    sure = 0.0
    # The last question may have been asked in another language.
    for language in dict.fromkeys((turn.language, *LANGUAGES)):
        ranked = snapshot.ranking.rank(asked, language, (record_id,))
        near = [s for s in ranked if s.nearness >= CONTEXT_NEARNESS]
        if not near or certainty(near, asked, language, snapshot, lenient=True) < SURE:
            near = [s for s in ranked if s.nearness > 0] or near
        fits = near and (near[0].covered >= LEAST_COVERED or not asked.concepts)
        sure = certainty(near, asked, language, snapshot, lenient=True)
        if fits and sure >= SURE:
            facts = selection.choose(near, snapshot)
            return replace(answers.say_facts(turn, snapshot, facts, (record_id,)).asking(what), certainty=sure)
    if asked.concepts & selection.QUESTION_TYPES:
        return answers.unknown(turn, snapshot, near, (record_id,), sure).asking(what)
    return answers.overview(turn, snapshot, record_id)
