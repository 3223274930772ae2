"""The rows as they would be after some edits, and everything that speaks against them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from pypinyin import lazy_pinyin

from bot.common.text import fold
from bot.partners.editing.changes import exists, record_key, references, without
from bot.partners.editing.rows import COLUMNS, RECORDS, TYPES, Key, Rows, Type, Value, faults, is_list, tidy
from bot.partners.editing.stored import NAME_FIELDS
from bot.partners.files import Refusal
from bot.partners.records import CENTRE, LANGUAGES

DEFAULTS: Mapping[Type, Mapping[str, Value]] = {
    "fact": {"confidence": "official"},
    "organisation": {"part": "other"},
    "desk": {"languages": LANGUAGES},
}
ID_LENGTH, ID_WORDS = 60, 6
STEM_OF_KIND = {kind: stem for stem, kind in NAME_FIELDS.items()}


class Draft:
    """Starts from `before`; `rows` is the state after the edits so far, `refused` why it cannot be."""

    def __init__(self, before: Rows) -> None:
        self.rows: Rows = dict(before)
        self.refused: list[Refusal] = []
        self._before = before
        self._touched: dict[Key, tuple[str, str]] = {}  # key -> (file, row) to name in a refusal
        self._types = {row_id: type_ for type_, row_id in before}
        self._retired = False

    def put(
        self, type_: Type, row_id: str, fields: Mapping[str, Value | None], mode: str, file: str = "", row: str = ""
    ) -> None:
        """Add or change one row; see edits.Put."""
        given = {name: value for name, value in fields.items() if value}
        if not row_id and mode != "change":
            row_id = self.new_id(type_, given)
        key: Key = (type_, row_id)
        where = (file, row or row_id or type_)
        other = self._types.get(row_id)
        if other and other != type_ and (other, row_id) in self.rows:
            return self._refuse(where, "id", f"'{row_id}' is the {other} of that id already")
        if mode == "add" and key in self.rows:
            return self._refuse(where, "id", f"'{row_id}' exists already: use change")
        if mode == "change" and key not in self.rows:
            return self._refuse(where, "id", f"there is no {type_} '{row_id}'")
        if key in self._touched and (file or self._touched[key][0]):
            return self._refuse(where, "id", f"'{row_id}' stands here twice")
        if key in self.rows:
            cleared = [name for name, value in fields.items() if not value]
            given = {n: v for n, v in self.rows[key].items() if n not in cleared} | given
        else:
            given = {**DEFAULTS.get(type_, {}), **given}
        self._set(key, given, where)
        return None

    def retire(self, type_: Type, row_id: str) -> None:
        """Take one row out, with the facts and links that cannot stand without it."""
        key: Key = (type_, row_id)
        if key not in self.rows:
            return self._refuse(("", row_id), "id", f"there is no {type_} '{row_id}'")
        if row_id == CENTRE:
            return self._refuse(("", row_id), "id", "the assistant speaks for this organisation")
        self._drop(key)
        return None

    def retire_others(self, types: Collection[Type]) -> None:
        """Take out every row of these types that was not put or named before."""
        for key in [key for key in self.rows if key[0] in types and key not in self._touched]:
            if key in self.rows:
                self.retire(*key)

    def add_name(self, record: str, language: str, kind: str, text: str) -> None:
        """One more name of a record; `kind` as in NameRow."""
        key, where = self._record(record)
        if key is None:
            return None
        field = f"{STEM_OF_KIND.get(kind, kind)}.{language}"
        fields, text = self.rows[key], text.strip()
        if any(text in _texts(fields.get(f"{stem}.{language}")) for stem in NAME_FIELDS):
            return self._refuse(where, field, f"'{text}' is a name of it already")
        if is_list(field):
            return self._set(key, {**fields, field: (*_texts(fields.get(field)), text)}, where)
        if field in fields:
            return self._refuse(where, field, f"is '{fields[field]}' already: use change name")
        return self._set(key, {**fields, field: text}, where)

    def change_name(self, record: str, language: str, old: str, text: str) -> None:
        """Write a name differently, whatever kind it is of."""
        key, where = self._record(record)
        if key is not None and (field := self._field_of(key, language, old, where)):
            fields = self.rows[key]
            now = fields[field]
            new = text.strip()
            value = tuple(new if v == old else v for v in now) if isinstance(now, tuple) else new
            self._set(key, {**fields, field: value}, where)

    def retire_name(self, record: str, language: str, text: str) -> None:
        """Take a name away from a record; its last name stays."""
        key, where = self._record(record)
        if key is not None and (field := self._field_of(key, language, text, where)):
            fields = self.rows[key]
            now = fields[field]
            value = tuple(v for v in now if v != text) if isinstance(now, tuple) else ()
            self._set(key, {**fields, field: value}, where)

    def check(self) -> None:
        """Look at everything that was touched: values first, then what they refer to."""
        for key, where in self._touched.items():
            wrong, fields = faults(*key, self.rows[key])
            for field, why in wrong:
                self._refuse(where, field, why)
            self.rows[key] = fields
        for key in self.rows if self._retired else self._touched:
            for field, target, _ in references(key, self.rows[key]):
                if not exists(key, field, target, self.rows):
                    was = (field == "source" or record_key(target, self._before)) and self._retired
                    why = f"'{target}' is needed by this {key[0]}" if was else f"'{target}' does not exist"
                    self._refuse(self._touched.get(key, ("", key[1])), field, why)
        if any(k == "fact" for k, _ in self._before) and not any(k == "fact" for k, _ in self.rows):
            self._refuse(("", "knowledge"), "facts", "the last fact cannot be retired")

    def new_id(self, type_: Type, fields: Mapping[str, Value]) -> str:
        """An id that nothing has, made of what the row says: innobanx-holds-two-workshops."""
        said = [
            str(fields[f])
            for stem in ("title", "text", "names", "kind")
            for f in COLUMNS[type_]
            if f.partition(".")[0] == stem and f in fields
        ]
        about = {
            "source": "src",
            "fact": fields.get("record"),
            "link": f"{fields.get('from', '')}-{fields.get('to', '')}",
        }
        first = str(about.get(type_) or "")
        words = re.findall(r"[a-z0-9]+", fold(" ".join(lazy_pinyin(said[0] if said else type_))))
        words = [word for word in words if word not in first.split("-")][:ID_WORDS]
        name = "-".join(filter(None, [first, *words]))[:ID_LENGTH].strip("-") or type_
        number, found = 1, name
        while found in self._types or any((t, found) in self.rows for t in TYPES):
            number += 1
            found = f"{name}-{number}"
        return found

    def _set(self, key: Key, fields: Mapping[str, Value], where: tuple[str, str]) -> None:
        self.rows[key] = tidy(key[0], fields) if set(fields) <= set(COLUMNS[key[0]]) else fields
        self._touched.setdefault(key, where)
        self._types[key[1]] = key[0]

    def _drop(self, key: Key) -> None:
        self._retired = True
        del self.rows[key]
        self._touched.pop(key, None)
        if key[0] not in RECORDS:
            return
        for other in list(self.rows):
            if other not in self.rows:
                continue
            for field, target, needed in list(references(other, self.rows[other])):
                if target == key[1] and field != "source":
                    if needed:
                        self._drop(other)
                        break
                    self.rows[other] = without(self.rows[other], field, target)

    def _record(self, record: str) -> tuple[Key | None, tuple[str, str]]:
        key = record_key(record, self.rows)
        if key is None or key[0] == "link":
            self._refuse(("", record), "record", f"there is no organisation, place or topic '{record}'")
            return None, ("", record)
        return key, ("", record)

    def _field_of(self, key: Key, language: str, text: str, where: tuple[str, str]) -> str | None:
        fields = self.rows[key]
        found = next((f"{s}.{language}" for s in NAME_FIELDS if text in _texts(fields.get(f"{s}.{language}"))), None)
        if found is None:
            self._refuse(where, language, f"'{text}' is no name of it")
        return found

    def _refuse(self, where: tuple[str, str], field: str, why: str) -> None:
        self.refused.append(Refusal(where[0] or "knowledge", where[1], f"{field}: {why}"))


def _texts(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()
