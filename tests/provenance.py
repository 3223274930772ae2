"""Where each sentence of a reply comes from: a fact that the reply names, a fixed phrase, a line made of a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from pypinyin import lazy_pinyin

from bot.partners.knowledge import Snapshot
from bot.partners.records import LANGUAGES, Record
from bot.replies.dates import date_text
from bot.replies.handoff_words import WORDS as FORM
from bot.replies.message import where
from bot.replies.phrases import LIST_SEPARATOR, PHRASES, listing, phrase

Texts = Mapping[str, Mapping[str, str]]
RESPONSES = Path(__file__).parent.parent / "data" / "responses"
FACT = "\0"  # stands where the text of a named fact stood
BETWEEN = re.compile(rf"(?:\s|–|{FACT})+")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
QUOTE = "question"
# Gaps of the form that opens a case: hours of a desk, what the visitor gave, the number of the case.
OF_THE_MOMENT = frozenset(
    re.findall(r"\{(\w+)\}", " ".join(text for by_language in FORM.values() for text in by_language.values()))
) - {"desk", "topic", QUOTE}
# Parts of other phrases, card labels and button titles: no sentences.
NO_SENTENCES = (
    "filter_", "as_of", "undated", "own_site", "since", "on_hold", "in_", "choice_",
    "website", "email", "phone", "hours", "role", "place", "address",
)  # fmt: skip


class Provenance:
    """Checks replies against one state of the partner database."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        sentences = [key for key in PHRASES if not key.startswith(NO_SENTENCES) and PHRASES[key]["en"]]
        self._patterns = [self._pattern(key, language) for key in sentences for language in LANGUAGES]
        self._patterns += [self._pattern(key, language, FORM) for key in FORM for language in LANGUAGES]
        self._patterns += [self._attribution(language) for language in LANGUAGES]
        self._patterns += [re.compile(_any(_responses())), re.compile(rf"\d+\. {_any(self._lines())}(?=\n|$)")]
        self._cells = self._card_cells()

    def rest(self, message: Mapping[str, Any], asked: str) -> str:
        """What of a message has no origin, "" when all has one; `asked` is the visitor's text, which may be quoted."""
        text = str(message["text"])
        for told in sorted(self._told(message.get("sources") or ()), key=len, reverse=True):
            text = text.replace(told, FACT)
        strange = [row for row in _cells(message.get("card") or {}) if row not in self._cells]
        return " | ".join([piece for piece in [self._left_over(text, asked), *strange] if piece])

    def _told(self, sources: Iterable[Mapping[str, Any]]) -> set[str]:
        """The texts of the facts that the sources name. Raises KeyError for a fact that does not exist."""
        return {
            text for source in sources for fact in source["facts"] for text in self._snapshot.facts[fact].text.values()
        }

    def _left_over(self, text: str, asked: str) -> str:
        while text:
            between = BETWEEN.match(text)
            if between:
                text = text[between.end() :]
                continue
            found = [match for pattern in self._patterns if (match := pattern.match(text)) and _quotes(match, asked)]
            if not found:
                return text
            text = text[max(match.end() for match in found) :]
        return ""

    def _pattern(self, key: str, language: str, texts: Texts = PHRASES) -> re.Pattern[str]:
        """A phrase with what may stand in its gaps: names, labels, dates and counts of records, never anything."""
        pieces = PLACEHOLDER.split(texts[key][language])
        return re.compile("".join(self._gap(p, language) if n % 2 else re.escape(p) for n, p in enumerate(pieces)))

    def _gap(self, name: str, language: str) -> str:
        snapshot = self._snapshot
        separator = re.escape(LIST_SEPARATOR[language])
        if name in ("count", "shown"):
            most = max(len(snapshot.records), len(snapshot.facts))
            return _any(map(str, range(most + 1)))
        if name in ("name", "names"):
            one = _any([*(r.name(language) for r in snapshot.records.values()), phrase("choice_twin_cities", language)])
            return f"{one}(?:{separator}{one})*"
        if name == "filters":
            return f"(?:{_any_of(self._gap_phrases('filter_', language))})*"
        if name == "value":
            labels = [text for group in snapshot.vocabulary.labels.values() for text in _labels(group, language)]
            years = {date[:4] for date in self._dates()}
            one = _any([*labels, *years, *(r.name(language) for r in snapshot.records.values() if r.type == "topic")])
            return f"{one}(?:{separator}{one})*"
        if name == "date":
            return _any({date_text(date, language) for date in self._dates()})
        if name == "desk":
            return _any(desk.name(language) for desk in snapshot.desks)
        if name == "url":
            return _any(record.website for record in snapshot.records.values() if record.website)
        if name == "written_in":
            return _any(PHRASES[f"in_{la}"][language] for la in LANGUAGES)
        if name == "languages":
            one = _any(PHRASES[f"in_{la}"][language] for la in LANGUAGES)
            return f"{one}(?:{separator}{one})*"
        if name == "topic":
            return _any(record.name(language) for record in snapshot.records.values())
        if name == "back":
            return r"[^\n]+?\d\d:\d\d[^.。\n]*"  # a German date has a full stop, its time comes after
        if name in OF_THE_MOMENT:
            return r"[^\n]+?"
        if name == QUOTE:
            return f"(?P<{QUOTE}>.+?)"
        raise LookupError(f"no values are known for the gap {name}")

    def _gap_phrases(self, prefix: str, language: str) -> list[str]:
        return [self._pattern(key, language).pattern for key in PHRASES if key.startswith(prefix)]

    def _attribution(self, language: str) -> re.Pattern[str]:
        """ "[who says so, as of when]" behind a fact on which sources differ."""
        who = _any([fact.source.publisher for fact in self._snapshot.facts.values()] + [phrase("own_site", language)])
        when = _any_of(self._pattern(key, language).pattern for key in ("as_of", "undated"))
        return re.compile(rf"\[{who}, (?:{when})\]")

    def _dates(self) -> set[str]:
        """All dates of facts, sources and links, and their years."""
        facts = self._snapshot.facts.values()
        dates = [d for fact in facts for d in (fact.as_of, fact.source.published)]
        for record in self._snapshot.records.values():
            dates += [record.date, *re.findall(r"\d{4}[-\d]*", record.status or "")]
        found = {date for date in dates if date}
        return found | {date[:4] for date in found}

    def _lines(self) -> list[str]:
        """The lines of numbered lists without their number, one for each record and language."""
        records = self._snapshot.records.values()
        return [
            line
            for language in LANGUAGES
            for record in records
            for line in ([self._described(record, language)] if record.type in ("organisation", "place") else [])
            + ([self._twin_city(record, language)] if record.type == "link" and record.to_id else [])
        ]

    def _described(self, record: Record, language: str) -> str:
        kind = self._snapshot.vocabulary.label("kinds", record.kind, language)
        place = where(record, self._snapshot, language)
        return f"{record.name(language)} – {listing([kind, place] if place else [kind], language)}"

    def _twin_city(self, link: Record, language: str) -> str:
        city = self._snapshot.records[link.to_id or ""]
        details = [self._snapshot.vocabulary.label("countries", city.country or "", language)]
        if link.date:
            details.append(phrase("since", language, date=date_text(link.date[:4], language)))
        if suspended := re.match(r"suspended since ([\d-]+)", link.status or ""):
            details.append(phrase("on_hold", language, date=date_text(suspended[1], language)))
        return f"{city.name(language)} – {listing(details, language)}"

    def _card_cells(self) -> set[str]:
        """Everything that may stand on a card, column by column."""
        snapshot, found = self._snapshot, {PHRASES[key][la] for key in PHRASES for la in LANGUAGES}
        for record in snapshot.records.values():
            found |= {record.name(la) for la in LANGUAGES} | {where(record, snapshot, la) for la in LANGUAGES}
            found |= {*record.role.values(), record.address or "", record.website or ""}
            found |= {snapshot.vocabulary.label("kinds", record.kind, la) for la in LANGUAGES}
        for desk in snapshot.desks:
            found |= {*desk.names.values(), *(way or "" for way in (desk.email, desk.phone, desk.url, desk.hours))}
        return found


def _responses() -> list[str]:
    """All texts of the fixed replies."""
    documents = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(RESPONSES.glob("*.yml")))
    replies = chain.from_iterable(document["responses"].values() for document in documents)
    return [variant["text"] for variants in replies for variant in variants]


def _labels(group: Mapping[str, Mapping[str, str]], language: str) -> list[str]:
    """What the assistant writes for the values of one group."""
    return [label for labels in group.values() if (label := labels.get(language) or labels.get("en"))]


def _cells(card: Mapping[str, Any]) -> list[str]:
    rows = [cell for row in card.get("rows", ()) for cell in (row["label"], row["value"])]
    return [str(cell) for cell in (card.get("title"), card.get("subtitle"), *rows) if cell]


def _quotes(match: re.Match[str], asked: str) -> bool:
    """Whether what is quoted are the visitor's words; pinyin is quoted in characters."""
    quoted = match.groupdict().get(QUOTE)
    if quoted is None or quoted in asked:
        return True
    return "".join(lazy_pinyin(quoted)).casefold() in re.sub(r"\W", "", asked).casefold()


def _any(texts: Iterable[str]) -> str:
    """A pattern for any of these texts; the longest is tried first."""
    return _any_of(re.escape(text) for text in sorted(set(texts), key=len, reverse=True))


def _any_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"
