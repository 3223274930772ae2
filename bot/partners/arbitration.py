"""Where the classifier is not sure: facts that clearly fit come before its guess, its guess before "I don't know"."""

from __future__ import annotations

from dataclasses import replace

from bot.partners import answers, followup, lists
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Turn

LEANING = frozenset({"ask_followup", "ask_more", "choose_item"})
LISTS = frozenset({"list_partners", "list_twin_cities", "ask_link"})
LEAST_GUESS = 0.2  # a guess below this probability is no better than none
SURE_FOR_LIST = 0.75  # how certain a fact must be to stand in for a list


def decide(turn: Turn, snapshot: Snapshot) -> Answer | str:
    """An answer, or the intent whose own reply fits better."""
    if turn.intent != "nlu_fallback" or turn.record or turn.fact:
        return answers.respond(turn, snapshot)
    guess = turn.guess if turn.certainty >= LEAST_GUESS else ""
    asked = snapshot.ranking.ask(turn.text)
    as_question = replace(turn, intent=guess if guess in LEANING or guess == "check_statement" else turn.intent)
    if (turn.context.subject or turn.context.listed) and answers.leans(as_question, asked, snapshot):
        special = followup.respond(replace(turn, intent=guess if guess in LEANING else "ask_followup"), snapshot, asked)
        if special is not None and special.kind not in ("which_one", "unknown"):
            return special
    elif listed := lists.wanted(turn, snapshot):
        return listed
    by_facts = answers.by_facts(as_question, snapshot, asked)
    if guess in LISTS:
        ranked = snapshot.ranking.rank(asked, turn.language)
        filters = guess == "list_partners" and lists.organisation_filters(asked.folded, snapshot)
        if not filters and by_facts.kind == "facts" and answers.certainty(ranked, asked, snapshot, lenient=False) >= SURE_FOR_LIST:
            return by_facts
        return answers.respond(replace(turn, intent=guess), snapshot)
    if by_facts.kind == "unknown" and (listed := lists.guess(turn, snapshot)):
        return listed
    if by_facts.kind != "unknown" or not guess or guess in answers.FROM_FACTS:
        return by_facts
    return guess
