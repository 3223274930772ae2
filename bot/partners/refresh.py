"""What of the last snapshot still holds after the database changed, so that one new name is not paid for with all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from bot.common.text import fold
from bot.partners.common_words import CommonWords
from bot.partners.name_table import NameTable, read_names, read_rows
from bot.partners.names import NameIndex
from bot.partners.records import Fact, Name, Record
from bot.partners.spellings import spellings

SMALL = 5_000  # a table of so few names is made anew at once
MOST_CHANGED = 2_000  # records kept beside a large table; more make a new table


def renewed_names(session: Session, revision: int, before: NameTable | None) -> tuple[NameTable, frozenset[str]]:
    """(the names as they are now, ids of the records whose names changed); the very same table if none did."""
    if before is None:
        return NameTable(read_names(session), revision), frozenset()
    changed = before.changed(read_rows(session))
    if not changed:
        return before, frozenset()
    if len(before) < SMALL or len(changed | before.later.keys()) > MOST_CHANGED:
        return NameTable(read_names(session), revision), frozenset(changed)
    return before.with_changes(changed, read_names(session, sorted(changed))), frozenset(changed)


def renewed_index(
    names: NameTable, types: Mapping[str, str], known_words: Collection[str], common: CommonWords,
    before: tuple[NameTable, NameIndex] | None,
) -> NameIndex:  # fmt: skip
    """The index of `names`; made from the one before where the table was."""
    if before and names is before[0]:
        return before[1]
    if before and names.later:
        return before[1].with_changes(names.later, types)
    return NameIndex(names, known_words, types=types, common=common)


def ranking_holds(
    facts: Sequence[Fact], facts_before: Sequence[Fact], records: Mapping[str, Record],
    records_before: Mapping[str, Record], names: Iterable[Name],
) -> bool:  # fmt: skip
    """Whether facts, and records they are about, are as before and none of `names` (gone or new) stands in a fact."""
    if [_content(fact) for fact in facts] != [_content(fact) for fact in facts_before]:
        return False
    about = {fact.record_id for fact in facts}
    if any(_content(records[i]) != _content(records_before[i]) for i in about):
        return False
    said = _all_said(tuple(facts_before))
    return not any(spelling in said for name in names for spelling in spellings(name, organisation=True))


def says_the_same(fact: Fact, before: Fact) -> bool:
    """Whether a fact is told as before, however it is asked for."""
    return _content(replace(fact, asked=before.asked)) == _content(before)


@lru_cache(maxsize=1)
def _all_said(facts: tuple[Fact, ...]) -> str:
    """All sentences and ways of asking, folded, in one text to look for names in."""
    return "\n".join(fold(text) for fact in facts for text in chain(fact.text.values(), *fact.asked.values()))


def _content(row: Fact | Record) -> list[Any]:
    return [getattr(row, field) for field in row.__slots__]
