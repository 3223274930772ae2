"""Rows read from the tables of the partner database and written back to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from pypinyin import lazy_pinyin
from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.common.text import fold
from bot.partners import tables as t
from bot.partners.editing.rows import RECORDS, TYPES, Fields, Key, Rows, Type, Value, tidy

AT_ONCE = 500  # ids in one statement
NAME_FIELDS = {"names": "official", "labels": "label", "aliases": "alias", "descriptions": "description"}
FIELD_OF_KIND = {kind: stem for stem, kind in NAME_FIELDS.items()}
COLUMNS: Mapping[Type, tuple[type, tuple[str, ...]]] = {
    "source": (t.SourceRow, ("url", "publisher", "title", "published", "language")),
    "organisation": (
        t.OrganisationRow, ("kind", "part", "role", "city", "country", "website", "address", "sectors"),
    ),
    "place": (t.PlaceRow, ("kind", "role", "city", "country", "website", "sectors")),
    "topic": (t.TopicRow, ()),
    "link": (t.LinkRow, ("kind", "from_id", "to_id", "date", "status")),
    "fact": (t.FactRow, ("record_id", "as_of", "source_id", "confidence", "variants")),
    "desk": (t.DeskRow, ("names", "languages", "organisation_id", "email", "phone", "url", "hours")),
}  # fmt: skip
FIELD_OF_COLUMN = {
    ("link", "from_id"): "from", ("link", "to_id"): "to", ("fact", "record_id"): "record",
    ("fact", "source_id"): "source", ("desk", "organisation_id"): "organisation",
}  # fmt: skip
BY_LANGUAGE = {"role", "names"}
LISTED = {"sectors", "variants", "languages"}


def read(session: Session) -> Rows:
    """Everything that is kept now: sources, records in their order, facts, desks."""
    found: dict[Key, dict[str, Value]] = {}
    order = dict(session.execute(select(t.RecordRow.id, t.RecordRow.position)).tuples().all())
    for type_ in TYPES:
        table, names = COLUMNS[type_]
        columns = table.__table__.c  # type: ignore[attr-defined]
        query = select(columns.id, *(columns[name] for name in names))
        query = query.order_by(*((columns.position, columns.id) if "position" in columns else (columns.id,)))
        rows = session.execute(query).all()
        if type_ in RECORDS:
            rows = sorted(rows, key=lambda row: order[row[0]])
        for row_id, *values in rows:
            fields = found[type_, row_id] = {}
            for name, value in zip(names, values, strict=True):
                field = FIELD_OF_COLUMN.get((type_, name), name)
                if name in BY_LANGUAGE:
                    fields |= {f"{field}.{language}": text for language, text in value.items()}
                else:
                    fields[field] = tuple(value) if name in LISTED else value
    types = {row_id: type_ for type_, row_id in found if type_ in RECORDS}
    _add(found, _names(session, types))
    _add(found, _fact_texts(session))
    _add(found, _members(session))
    return {key: tidy(key[0], fields) for key, fields in found.items()}


def _add(found: dict[Key, dict[str, Value]], cells: Iterable[tuple[Key, str, str, bool]]) -> None:
    for key, field, text, many in cells:
        before = found[key].get(field, ())
        found[key][field] = (*before, text) if many else text


def _names(session: Session, types: Mapping[str, Type]) -> Iterator[tuple[Key, str, str, bool]]:
    name = t.NameRow.__table__.c
    wanted = select(name.record_id, name.language, name.kind, name.text).where(name.kind.in_(FIELD_OF_KIND))
    for record_id, language, kind, text in session.execute(wanted.order_by(name.id)):
        stem = FIELD_OF_KIND[kind]
        yield (types[record_id], record_id), f"{stem}.{language}", text, stem in ("aliases", "descriptions")


def _fact_texts(session: Session) -> Iterator[tuple[Key, str, str, bool]]:
    row = t.FactTextRow.__table__.c
    for fact_id, language, kind, text in session.execute(
        select(row.fact_id, row.language, row.kind, row.text).order_by(row.id)
    ):
        yield ("fact", fact_id), f"{kind}.{language}", text, kind == "asked"


def _members(session: Session) -> Iterator[tuple[Key, str, str, bool]]:
    member, desk = t.TopicOrganisationRow, t.DeskTopicRow
    for topic_id, record_id in session.execute(
        select(member.topic_id, member.record_id).order_by(member.topic_id, member.position)
    ):
        yield ("topic", topic_id), "organisations", record_id, True
    for desk_id, record_id in session.execute(select(desk.desk_id, desk.record_id)):
        yield ("desk", desk_id), "answers_for", record_id, True


def write(session: Session, before: Rows, after: Rows, *, renumber: bool = False) -> None:
    """Make the tables hold `after` where they hold `before`; only what differs is touched.

    New rows go to the end of their list; `renumber` gives all rows the order in which `after` has them.
    """
    added = {key: fields for key, fields in after.items() if key not in before}
    changed = {key: fields for key, fields in after.items() if key in before and before[key] != fields}
    removed = [key for key in before if key not in after]
    were = {row_id for type_, row_id in before if type_ in RECORDS}
    records = [(row_id, type_) for type_, row_id in added if type_ in RECORDS]
    if new := [{"id": row_id, "type": type_} for row_id, type_ in records if row_id not in were]:
        last = session.scalar(select(func.max(t.RecordRow.position)))
        first = 0 if last is None else last + 1
        session.execute(insert(t.RecordRow), [row | {"position": n} for n, row in enumerate(new, first)])
    if other := [{"b_id": row_id, "type": type_} for row_id, type_ in records if row_id in were]:
        _update(session, t.RecordRow, other)  # an organisation that became a place keeps its facts
    for type_ in TYPES:
        _write_type(session, type_, {k[1]: f for k, f in added.items() if k[0] == type_},
                    {k[1]: f for k, f in changed.items() if k[0] == type_})  # fmt: skip
    _write_lists(session, added | changed, before)
    _remove(session, removed, {row_id for type_, row_id in after if type_ in RECORDS})
    if renumber:
        _renumber(session, after)


def _write_type(session: Session, type_: Type, added: Mapping[str, Fields], changed: Mapping[str, Fields]) -> None:
    table, names = COLUMNS[type_]

    def values(fields: Fields) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in names:
            field = FIELD_OF_COLUMN.get((type_, name), name)
            if name in BY_LANGUAGE:
                found[name] = {f.partition(".")[2]: text for f, text in fields.items() if f.partition(".")[0] == field}
            else:
                found[name] = list(fields.get(field, ())) if name in LISTED else fields.get(field)
        return found

    new = [{"id": row_id} | values(fields) for row_id, fields in added.items()]
    if type_ == "fact":
        ends = select(t.FactRow.record_id, func.max(t.FactRow.position)).group_by(t.FactRow.record_id)
        last = dict(session.execute(ends).tuples().all())
        for row in new:
            last[row["record_id"]] = row["position"] = last.get(row["record_id"], -1) + 1
    elif type_ == "desk":
        top = session.scalar(select(func.max(t.DeskRow.position)))
        for n, row in enumerate(new, 0 if top is None else top + 1):
            row["position"] = n
    if new:
        session.execute(insert(table), new)
    if names:
        _update(session, table, [{"b_id": row_id} | values(fields) for row_id, fields in changed.items()])


def _update(session: Session, table: type, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        made = cast(Table, table.__table__)  # type: ignore[attr-defined]
        session.connection().execute(update(made).where(made.c.id == bindparam("b_id")), list(rows))


def _write_lists(session: Session, written: Rows, before: Rows) -> None:
    """Names, sentences and memberships of the rows that are new or changed, made anew."""
    stale = {type_: [i for k, i in written if k == type_ and (k, i) in before] for type_ in TYPES}
    _delete(session, t.NameRow.record_id, [i for type_ in RECORDS for i in stale[type_]])
    _delete(session, t.FactTextRow.fact_id, stale["fact"])
    _delete(session, t.TopicOrganisationRow.topic_id, stale["topic"])
    _delete(session, t.DeskTopicRow.desk_id, stale["desk"])
    names: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    desks: list[dict[str, Any]] = []
    for (type_, row_id), fields in written.items():
        if type_ in RECORDS:
            names += name_rows(row_id, fields)
        if type_ == "fact":
            for field, value in fields.items():
                kind, _, language = field.partition(".")
                many = value if isinstance(value, tuple) else (value,)
                if language:
                    texts += ({"fact_id": row_id, "language": language, "kind": kind, "text": text} for text in many)
        if type_ == "topic":
            of = fields.get("organisations", ())
            members += ({"topic_id": row_id, "record_id": i, "position": n} for n, i in enumerate(of))
        if type_ == "desk":
            of = fields.get("answers_for", ())
            desks += ({"desk_id": row_id, "record_id": i} for i in of)
    for table, rows in (
        (t.NameRow, names),
        (t.FactTextRow, texts),
        (t.TopicOrganisationRow, members),
        (t.DeskTopicRow, desks),
    ):
        if rows:
            session.execute(insert(table), rows)


def name_rows(record_id: str, fields: Fields) -> Iterator[dict[str, Any]]:
    """Every way to call a record; Chinese names also in pinyin, written together and apart."""
    ways: list[tuple[str, str, str]] = []
    for stem, kind in NAME_FIELDS.items():
        for field, value in fields.items():
            if field.startswith(f"{stem}."):
                many = value if isinstance(value, tuple) else (value,)
                ways += [(field.partition(".")[2], kind, text) for text in many]
    for language, kind, text in list(ways):
        if language == "zh" and kind in ("official", "alias"):
            syllables = lazy_pinyin(text)
            ways += [("zh", "transliteration", " ".join(syllables)), ("zh", "transliteration", "".join(syllables))]
    seen: set[tuple[str, str]] = set()
    for language, kind, text in ways:
        if (language, text) not in seen:
            seen.add((language, text))
            yield {"record_id": record_id, "language": language, "kind": kind, "text": text, "folded": fold(text)}


def _remove(session: Session, removed: Sequence[Key], kept_records: set[str]) -> None:
    by_type = {type_: [i for k, i in removed if k == type_] for type_ in TYPES}
    _delete(session, t.DeskRow.id, by_type["desk"])
    _delete(session, t.FactRow.id, by_type["fact"])
    for type_ in ("link", "organisation", "place", "topic"):
        table, _ = COLUMNS[type_]
        _delete(session, table.id, by_type[type_])  # type: ignore[attr-defined]
    _delete(session, t.RecordRow.id, [i for type_ in RECORDS for i in by_type[type_] if i not in kept_records])
    _delete(session, t.SourceRow.id, by_type["source"])


def _delete(session: Session, column: Any, ids: Sequence[str]) -> None:
    for first in range(0, len(ids), AT_ONCE):
        session.execute(delete(column.class_).where(column.in_(ids[first : first + AT_ONCE])))


def _renumber(session: Session, after: Rows) -> None:
    wanted: dict[type, dict[str, int]] = {t.RecordRow: {}, t.FactRow: {}, t.DeskRow: {}}
    of_record: dict[str, int] = defaultdict(int)
    for (type_, row_id), fields in after.items():
        if type_ in RECORDS:
            wanted[t.RecordRow][row_id] = len(wanted[t.RecordRow])
        elif type_ == "fact":
            record = str(fields["record"])
            wanted[t.FactRow][row_id] = of_record[record]
            of_record[record] += 1
        elif type_ == "desk":
            wanted[t.DeskRow][row_id] = len(wanted[t.DeskRow])
    for table, positions in wanted.items():
        columns = table.__table__.c  # type: ignore[attr-defined]
        now: dict[str, int] = dict(session.execute(select(columns.id, columns.position)).tuples().all())
        _update(session, table, [{"b_id": i, "position": n} for i, n in positions.items() if now[i] != n])
