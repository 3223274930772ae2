"""Unanswered questions on a terminal, wide or narrow."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.insights.grouping import Group
from bot.insights.listing import Words, visible

WIDE = 110  # characters; below this each group is a block of lines
LONGEST_FACT = 60


def show_groups(console: Console, groups: Sequence[Group], words: Words) -> None:
    """All groups: a table where there is room for one."""
    if console.width >= WIDE:
        console.print(_table(groups, words))
        return
    for group in groups:
        console.print(Text(f"{group.id}  ", style="bold") + Text(visible(group.sample.text)))
        console.print(f"    {_asked(group)}, {_period(group)}, {' '.join(group.languages)}, {' '.join(group.reasons)}")
        if group.near_facts:
            console.print(Text(f"    near: {_nearest(group, words)}"))
        if group.near_names:
            console.print(Text(f"    names: {_names(group, words)}"))


def show_group(console: Console, group: Group, words: Words) -> None:
    """One group with every question in it."""
    outcome = f", {group.outcome}" if group.outcome else ""
    console.print(Text(f"{group.id}  {_asked(group)}, {_period(group)}, {group.state}{outcome}", style="bold"))
    for question in group.questions:
        repeats = f" ({question.times} times)" if question.times > 1 else ""
        line = f"  {question.id}  {question.at:%Y-%m-%d %H:%M}  {question.language}  {question.reason}  "
        console.print(Text(line) + Text(visible(question.text), style="italic") + Text(repeats))
        details = (
            f"      {question.channel}, taken for {question.intent or 'nothing'}, answered with {question.said_kind}"
        )
        console.print(Text(details + "".join(f" {fact}" for fact in question.said_facts)))
    console.print("nearest facts:")
    for fact, score in group.near_facts:
        console.print(Text(f"  {score:5.2f}  {fact}  {words.facts.get(fact, 'no longer there')}"))
    console.print("nearest names:")
    for name in group.near_names:
        console.print(Text(f"  {name}  {words.names.get(name, 'no longer there')}"))


def _table(groups: Sequence[Group], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "visitors"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("asked", no_wrap=True)
    table.add_column("in", no_wrap=True)
    table.add_column("why", min_width=7)
    table.add_column("question", ratio=3, overflow="fold")
    table.add_column("nearest fact", ratio=2, overflow="fold")
    table.add_column("nearest names", ratio=1, overflow="fold")
    for group in groups:
        table.add_row(
            str(group.id),
            str(group.count),
            _period(group),
            " ".join(group.languages),
            " ".join(group.reasons),
            Text(visible(group.sample.text)),
            Text(_nearest(group, words)),
            Text(_names(group, words)),
        )
    return table


def _asked(group: Group) -> str:
    return f"{group.count} visitor{'s' if group.count != 1 else ''}"


def _period(group: Group) -> str:
    first, last = f"{group.first:%Y-%m-%d}", f"{group.last:%Y-%m-%d}"
    return first if first == last else f"{first} to {last}"


def _nearest(group: Group, words: Words) -> str:
    if not group.near_facts:
        return ""
    fact, score = group.near_facts[0]
    text = words.facts.get(fact, "")
    short = text if len(text) <= LONGEST_FACT else f"{text[: LONGEST_FACT - 1]}…"
    return f"{fact} ({score:.1f}) {short}".rstrip()


def _names(group: Group, words: Words) -> str:
    return ", ".join(words.names.get(name, name) for name in group.near_names)
