"""Where the classifier is not sure: facts that clearly fit come before its guess, its guess before "I don't know"."""

from __future__ import annotations

from dataclasses import replace

from bot.partners import (
    answers,
    counted,
    followup,
    leaning,
    list_wishes,
    lists,
    positions,
    precision,
    recalled,
    references,
    selection,
    superlatives,
)
from bot.partners.descriptions import described
from bot.partners.knowledge import Snapshot
from bot.partners.picking import picked, points_at_one
from bot.partners.ranking import Asked
from bot.partners.records import CENTRE
from bot.partners.selection import FALLBACK
from bot.partners.turn import Answer, Turn

LEANING = frozenset({"ask_followup", "ask_more", "choose_item"})
LISTS = frozenset({"list_partners", "list_twin_cities"})
ABOUT_RECORDS = frozenset({"ask_centre", "ask_partner", "ask_topic", "ask_place"})
UNSURE_GUESS, LIKELY_FACT, CLEAR_FACT = 0.7, 0.6, 0.9
LEAST_GUESS = 0.2  # a guess below this probability is no better than none
# From this probability on the classifier is believed without a look at the facts.
TRUST = dict.fromkeys(
    [
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "ask_bot_identity",
        "ask_capabilities",
        "ask_languages",
        "set_language",
        "ask_privacy",
        "feedback_positive",
        "feedback_negative",
        "ask_contact",
        "talk_to_human",
    ],
    0.5,
)
TRUST |= {"talk_to_human": 0.6, "ask_contact": 0.4}
NAMES_BELONG = ("ask_contact", "talk_to_human", "set_language")  # a name in it does not make it a question
YES_NO = ("affirm", "deny")
CAPABILITIES = "ask_capabilities"  # "What can you do?", but "what can you do there?" is about the subject
OWN = frozenset({CENTRE, "herne", "city-of-herne", "luzhou"})
LONGEST_QUESTION = 300  # characters
OWN_PLACES = frozenset({"herne", "city-of-herne"})


def decide(turn: Turn, snapshot: Snapshot) -> Answer | str:
    """An answer, or the intent whose own reply fits better; the last list stays while one of it is spoken of."""
    turn = replace(turn, context=turn.context.within(snapshot.records))
    decision = _decide(turn, snapshot)
    if isinstance(decision, Answer) and decision.kind == "facts":
        whole = leaning.carried_on(snapshot.ranking.ask(turn.text), turn, snapshot)
        decision = decision.asking(whole.masked[:LONGEST_QUESTION]) if whole else decision
    if isinstance(decision, str) or decision.context.listed or decision.kind not in ("facts", "overview", "unknown"):
        return decision
    of_the_list = len(turn.context.listed) > 1 and (set(decision.context.subject) - OWN_PLACES) & set(
        turn.context.listed
    )
    return decision.listing(turn.context.listed) if of_the_list else decision


def _decide(turn: Turn, snapshot: Snapshot) -> Answer | str:
    if turn.record or turn.fact:
        return answers.respond(turn, snapshot)
    sure = turn.intent != FALLBACK
    guess = turn.intent if sure else turn.guess if turn.certainty >= LEAST_GUESS else ""
    asked = described(snapshot.ranking.ask(turn.text), turn.context, snapshot)
    if (placed := positions.respond(turn, snapshot, asked)) is not None:
        return placed
    if (listed := lists.cooperations(turn, snapshot, asked)) is not None:
        return listed
    pointed = references.with_ordinal(asked, turn.context, snapshot)
    if pointed is not asked:
        if snapshot.vocabulary.says_nothing_special(pointed.masked):
            chosen = followup.choose(turn, snapshot, pointed.mentions[0].record_ids[0])
        else:
            chosen = answers.by_facts(replace(turn, intent=FALLBACK), snapshot, pointed)
        return chosen.listing(references.counted_through(turn.context, snapshot))
    asked = counted.bare(picked(asked, turn.context, snapshot), leaning.spoken_of(turn.context, snapshot), snapshot)
    named = any(m.strength > 1 for m in asked.mentions) and guess not in NAMES_BELONG
    points = bool(turn.context.subject) and "pronoun" in snapshot.vocabulary.flags.find(asked.folded)
    if not sure and not named and not (points and guess == CAPABILITIES) and turn.certainty >= TRUST.get(guess, 2):
        return guess
    if not sure and snapshot.ranking.means_nothing(asked) and references.ordinal(asked.folded) is None:
        return answers.unknown(turn, snapshot, (), ())
    if (corrected := followup.correction(turn, snapshot, asked)) is not None:
        return corrected
    if guess == "ask_more" and not sure and any(snapshot.vocabulary.content(asked.masked)):
        guess = "ask_followup"  # "does it still exist?" wants one thing more, not just more
    as_question = replace(turn, intent=guess if guess in LEANING or guess == "check_statement" else turn.intent)
    if (again := recalled.respond(as_question, snapshot, asked)) is not None:
        return again
    if (dated := precision.respond(turn, snapshot, asked)) is not None:
        return dated
    if (aged := superlatives.by_age(turn, snapshot, asked)) is not None:
        return aged
    if (turn.context.subject or turn.context.listed) and leaning.leans(as_question, asked, snapshot):
        special = followup.respond(replace(turn, intent=guess if guess in LEANING else "ask_followup"), snapshot, asked)
        if special is not None and special.kind not in ("which_one", "unknown"):
            return special
    elif (
        (not sure or turn.intent in LEANING)
        and (listed := list_wishes.twins_abroad(turn, snapshot) or list_wishes.wanted(turn, snapshot))
    ) or (turn.intent in ABOUT_RECORDS and (listed := list_wishes.wanted(turn, snapshot, in_city=True))):
        return listed
    if sure:
        return answers.respond(turn, snapshot, asked)
    by_facts = answers.by_facts(as_question, snapshot, asked)
    if (
        guess in LISTS
        and not asked.concepts & selection.ASKS_DATE
        and not _about_one(asked, snapshot)
        and not _about_subject(by_facts, turn, asked, snapshot)
        and not _plainly_one(by_facts, turn, asked, snapshot)
    ):
        return answers.respond(replace(turn, intent=guess), snapshot)
    one = points_at_one(asked, snapshot)  # "how many employees does the federation have?" asks for no federations
    if by_facts.kind == "unknown" and not one and (listed := list_wishes.guess(turn, snapshot)):
        return listed
    if by_facts.kind != "unknown" or not guess or guess in answers.FROM_FACTS or guess in LISTS:
        return by_facts
    if guess in YES_NO and any(snapshot.vocabulary.content(asked.masked)):
        return by_facts  # a word that says something is no yes or no
    return guess


def _about_one(asked: Asked, snapshot: Snapshot) -> bool:
    """Whether the question names an organisation or place that is not on every list."""
    return any(
        mention.strength > 1
        and not set(mention.record_ids) & OWN
        and snapshot.records[mention.record_ids[0]].type in ("organisation", "place")
        for mention in asked.mentions
    )


def _plainly_one(answer: Answer, turn: Turn, asked: Asked, snapshot: Snapshot) -> bool:
    """Whether a fact answers, and only an unsure guess took the question for one after a list."""
    flags = snapshot.vocabulary.flags.find(asked.folded)
    return (
        answer.kind == "facts"
        and "count" not in flags
        and turn.certainty < UNSURE_GUESS
        and answer.certainty >= (CLEAR_FACT if "listing" in flags else LIKELY_FACT)
    )


def _about_subject(answer: Answer, turn: Turn, asked: Asked, snapshot: Snapshot) -> bool:
    """Whether the facts answer from the conversation's subject and the question does not ask for partners in general."""
    general = snapshot.vocabulary.flags.find(asked.folded) & {"partner_words", "any_kind"}
    return answer.kind == "facts" and not general and bool(set(answer.context.subject) & set(turn.context.subject[:1]))
