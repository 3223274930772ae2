"""`python -m bot unanswered`: what visitors asked in vain, and what an editor makes of it."""

from __future__ import annotations

import getpass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from bot.commands.console import fail, open_database, read_settings
from bot.commands.unanswered_view import show_group, show_groups
from bot.insights import kept, outcomes
from bot.insights.grouping import Group, group, open_groups
from bot.insights.listing import Words, as_csv, as_json, words_for
from bot.insights.questions import REASONS, Question, State
from bot.insights.sentences import NotTrainable, add_sentence
from bot.partners.editing.edits import Outcome
from bot.partners.records import LANGUAGES
from bot.settings import ROOT
from bot.store import Store

app = typer.Typer(help="Questions that were not answered, or not well.", invoke_without_command=True)
NLU = ROOT / "data" / "nlu"

Id = Annotated[int, typer.Argument(help="The number of a group or of any question in it.", metavar="ID")]
By = Annotated[str, typer.Option("--by", help="Who does this; default: the operating system's user.")]
Language = StrEnum("Language", list(LANGUAGES))  # type: ignore[misc]
Reason = StrEnum("Reason", list(REASONS))  # type: ignore[misc]


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.callback()
def list_groups(
    context: typer.Context,
    language: Annotated[Language | None, typer.Option(help="Only groups with a question in this language.")] = None,
    reason: Annotated[Reason | None, typer.Option(help="Only groups with this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many groups at most.")] = 20,
    format_: Annotated[Format, typer.Option("--format", help="For reading, or for another program.")] = Format.TABLE,
) -> None:
    """List what waits, most asked first."""
    if context.invoked_subcommand:
        return
    with open_database(read_settings()) as store:
        found = open_groups(_groups(store), language, reason)
        shown = found[:limit]
        words = _words(store, shown)
    if format_ is Format.JSON:
        typer.echo(as_json(shown, words))
    elif format_ is Format.CSV:
        typer.echo(as_csv(shown, words), nl=False)
    else:
        console = Console(highlight=False)
        show_groups(console, shown, words)
        more = f" ({len(found) - limit} more: --limit)" if len(found) > limit else ""
        console.print(f"{len(found)} open{more}")


@app.command()
def show(question: Id) -> None:
    """Show one group with all its questions and what the database has near it."""
    with open_database(read_settings()) as store:
        found = _find(store, question)
        show_group(Console(highlight=False), found, _words(store, [found]))


@app.command()
def dismiss(question: Id, by: By = "") -> None:
    """Take a group off the list; it stays off when the same is asked again."""
    with open_database(read_settings()) as store:
        settle(store, _find(store, question), "dismissed", by, "dismissed")


@app.command(name="to-fact")
def to_fact(
    question: Id,
    record: Annotated[str, typer.Option(help="Id of the organisation, place, topic or link it is about.")],
    source: Annotated[str, typer.Option(help="Id of the page that says so.")],
    en: Annotated[str, typer.Option(help="The statement in English.")] = "",
    de: Annotated[str, typer.Option(help="In German.")] = "",
    zh: Annotated[str, typer.Option(help="In Chinese.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="The day it is about: 2026, 2026-03 or 2026-03-15.")] = "",
    confidence: Annotated[str, typer.Option(help="seed, official or press.")] = "official",
    fact_id: Annotated[str, typer.Option("--id", help="The id of the new fact; default: made of its words.")] = "",
    by: By = "",
) -> None:
    """Answer a group with a new fact; its questions become ways of asking for it."""
    with open_database(read_settings()) as store:
        found = _find(store, question)
        fields = {"record": record, "source": source, "as_of": as_of, "confidence": confidence}
        texts = {"en": en, "de": de, "zh": zh}
        outcome = outcomes.to_fact(store, found, fields, texts, fact_id=fact_id, by=by or operator())
        _accept(outcome)
        settle(store, found, "done", by, f"fact {outcome.changes[0].key[1]}")


@app.command(name="to-alias")
def to_alias(
    question: Id,
    record: Annotated[str, typer.Option(help="Id of the organisation, place or topic that was meant.")],
    name: Annotated[str, typer.Option(help="How it was called.")],
    language: Annotated[Language | None, typer.Option(help="Default: that of the question.")] = None,
    by: By = "",
) -> None:
    """Add a name under which a record is asked for."""
    with open_database(read_settings()) as store:
        found = _find(store, question)
        asked = _asked(found, question)
        _accept(outcomes.to_alias(store, found, record, language or asked.language, name, by=by or operator()))
        settle(store, found, "done", by, f"name '{name}' of {record}")


@app.command(name="to-training")
def to_training(
    question: Id,
    intent: Annotated[str, typer.Option(help="The intent that the question should have had.")] = "",
    fact: Annotated[str, typer.Option(help="Or: the id of the fact that answers it.")] = "",
    text: Annotated[str, typer.Option(help="A sentence to be learnt in place of the question.")] = "",
    language: Annotated[Language | None, typer.Option(help="Its language; default: that of the question.")] = None,
    by: By = "",
) -> None:
    """Let the question be learnt: as a sentence of an intent (the next start trains) or as a way to ask for a fact."""
    if bool(intent) == bool(fact):
        fail("Give either --intent or --fact.")
    with open_database(read_settings()) as store:
        found = _find(store, question)
        asked = _asked(found, question)
        wanted, sentence = language or asked.language, text or asked.text
        if fact:
            sentences = {str(wanted): (text,)} if text else outcomes.ways_of_asking(found)
            if not sentences:
                fail("Personal data were taken out of this question; write another one with --text.")
            _accept(outcomes.to_asked(store, found, fact, sentences, by=by or operator()))
            settle(store, found, "done", by, f"way of asking for {fact}")
            return
        try:
            path = add_sentence(NLU, wanted, intent, sentence)
        except NotTrainable as error:
            fail(f"Not added: {error}.")
        typer.echo(f"Added to {path.relative_to(NLU)}." if path else "It is there already.")
        settle(store, found, "done", by, f"training sentence of {intent}")


@app.command()
def purge(
    days: Annotated[int | None, typer.Option(min=0, help="Default: INSIGHTS_DAYS.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Delete questions last asked more than so many days ago; a running copy does this every hour."""
    config = read_settings()
    age = timedelta(days=config.insights_days if days is None else days)
    with open_database(config) as store:
        count = store.run(lambda session: kept.purge(session, age, dry_run=dry_run))
    typer.echo(f"{count} {'would be' if dry_run else 'were'} deleted.")


def settle(store: Store, found: Group, state: State, by: str, outcome: str) -> None:
    """Mark all open questions of a group as dealt with, and say so."""
    ids = [question.id for question in found.questions]
    count = store.run(lambda session: kept.settle(session, ids, state, by or operator(), outcome))
    typer.echo(f"{found.id}: {outcome}; {count} question{'s' if count != 1 else ''} settled.")


def _accept(outcome: Outcome) -> None:
    if outcome.refused:
        fail("Nothing was changed; refused:\n" + "\n".join(f"  {row}" for row in outcome.refused))


def _asked(found: Group, question: int) -> Question:
    """The very question that was named, or what stands for the group when its number was given."""
    named = found.question(question)
    return found.sample if named is None or question == found.id else named


def operator() -> str:
    """Who is logged in, for the notes on who did what."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _groups(store: Store) -> list[Group]:
    return group(store.look(kept.questions))


def _words(store: Store, groups: list[Group]) -> Words:
    return store.look(lambda session: words_for(session, groups))


def _find(store: Store, question: int) -> Group:
    found = next((g for g in _groups(store) if g.question(question)), None)
    if found is None:
        fail(f"There is no question {question}; `python -m bot unanswered` lists what there is.")
    return found
