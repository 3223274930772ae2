"""Groups as they are shown and exported: plain values, with the words of the nearest facts and the names of records."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.insights.grouping import Group
from bot.partners import queries

COLUMNS = (
    "id", "count", "first", "last", "languages", "reasons", "question", "near_facts", "near_names", "state", "outcome",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Words:
    """English sentence (or the first there is) of facts and names of records, by id."""

    facts: Mapping[str, str]
    names: Mapping[str, str]


def words_for(session: Session, groups: Sequence[Group]) -> Words:
    """What the ids in these groups stand for; ids that were taken out since are missing."""
    fact_ids = {fact for g in groups for fact, _ in g.near_facts} | {
        fact for g in groups for question in g.questions for fact in question.said_facts
    }
    record_ids = {name for g in groups for name in g.near_names}
    facts = {fact.id: fact.in_language("en")[0] for fact in queries.facts(session) if fact.id in fact_ids}
    return Words(facts, {record.id: record.name("en") for record in queries.records(session, record_ids)})


def plain(group: Group, words: Words) -> dict[str, Any]:
    """One group for JSON. Times are UTC; `count` is visitors."""
    return {
        "id": group.id,
        "count": group.count,
        "first": group.first.isoformat(timespec="seconds"),
        "last": group.last.isoformat(timespec="seconds"),
        "languages": list(group.languages),
        "reasons": list(group.reasons),
        "question": visible(group.sample.text),
        "near_facts": [
            {"id": fact, "score": score, "text": words.facts.get(fact, "")} for fact, score in group.near_facts
        ],
        "near_names": [{"id": name, "name": words.names.get(name, "")} for name in group.near_names],
        "state": group.state,
        "outcome": group.outcome,
    }


def as_json(groups: Sequence[Group], words: Words) -> str:
    return json.dumps([plain(group, words) for group in groups], ensure_ascii=False, indent=2)


def as_csv(groups: Sequence[Group], words: Words) -> str:
    """One line per group. What a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for group in groups:
        row = plain(group, words)
        row["near_facts"] = " ".join(f"{fact['id']}:{fact['score']}" for fact in row["near_facts"])
        row["near_names"] = " ".join(name["id"] for name in row["near_names"])
        row["languages"], row["reasons"] = " ".join(row["languages"]), " ".join(row["reasons"])
        writer.writerow([cell(row[column]) for column in COLUMNS])
    return out.getvalue()


def visible(text: str) -> str:
    """What a visitor wrote, without characters that would steer a terminal."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


def cell(value: Any) -> str:
    """A value for a cell of a CSV file, with an apostrophe before what a spreadsheet would take for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
