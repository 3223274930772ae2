"""All names of all records in little memory, and which records' names changed since."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.common.text import fold
from bot.partners import tables as t
from bot.partners.records import Name
from bot.partners.strings import Strings

KINDS = ("official", "label", "alias", "description", "transliteration")
AT_ONCE = 5_000  # rows read from the database, ids asked for
MASK = 2**64 - 1


class NameTable:
    """Names in the order given; iterating makes the `Name` records anew. Not changed after it is made."""

    def __init__(self, names: Iterable[Name], revision: int = 0) -> None:
        self.revision = revision  # of the knowledge when the table was made
        numbers: dict[str, int] = {}
        languages: dict[str, int] = {}
        digests: list[int] = []
        record_of, language_of, kind_of = array("i"), bytearray(), bytearray()

        def texts() -> Iterator[str]:
            for name in names:
                number = numbers.setdefault(name.record_id, len(numbers))
                if number == len(digests):
                    digests.append(0)
                row = (name.record_id, name.language, name.kind, name.text)
                digests[number] = (digests[number] + digest(row)) & MASK
                record_of.append(number)
                language_of.append(languages.setdefault(name.language, len(languages)))
                kind_of.append(KINDS.index(name.kind))
                yield name.text

        self._texts = Strings(texts())
        self._record_ids, self._languages = tuple(numbers), tuple(languages)
        self._record_of, self._language_of, self._kind_of = record_of, bytes(language_of), bytes(kind_of)
        self._digests = np.array(digests, dtype=np.uint64)
        self._later: Mapping[str, tuple[Name, ...]] = {}

    def __iter__(self) -> Iterator[Name]:
        places = zip(self._texts, self._record_of, self._language_of, self._kind_of, strict=True)
        for text, record, language, kind in places:
            record_id = self._record_ids[record]
            if record_id not in self._later:
                yield Name(record_id, self._languages[language], KINDS[kind], text, fold(text))
        yield from chain.from_iterable(self._later.values())

    def __len__(self) -> int:
        if not self._later:
            return len(self._texts)
        return sum(1 for record in self._record_of if self._record_ids[record] not in self._later) + self.renewed

    def of(self, record_ids: Collection[str]) -> Iterator[Name]:
        """The names of these records."""
        wanted = {n for n, record_id in enumerate(self._record_ids) if record_id in record_ids}
        for row in np.flatnonzero(np.isin(self._record_of, list(wanted))):
            record_id = self._record_ids[self._record_of[row]]
            if record_id not in self._later:
                text = self._texts[int(row)]
                yield Name(
                    record_id, self._languages[self._language_of[row]], KINDS[self._kind_of[row]], text, fold(text)
                )
        for record_id in record_ids:
            yield from self._later.get(record_id, ())

    @property
    def renewed(self) -> int:
        """How many names are kept apart because they came after the table was made."""
        return sum(map(len, self._later.values()))

    @property
    def later(self) -> Mapping[str, tuple[Name, ...]]:
        """Record id -> names of the records that changed since the table was made; none for one that is gone."""
        return self._later

    def changed(self, rows: Iterable[Sequence[str]]) -> set[str]:
        """Ids of the records whose names are not those in the table; `rows` as from `read_rows`, all there are now."""
        before = dict(zip(self._record_ids, self._digests.tolist(), strict=True))
        for record_id, many in self._later.items():
            before[record_id] = sum(digest((n.record_id, n.language, n.kind, n.text)) for n in many) & MASK
        now: dict[str, int] = {}
        for row in rows:
            now[row[0]] = now.get(row[0], 0) + digest(row)
        return {i for i in before.keys() | now.keys() if before.get(i, 0) != now.get(i, 0) & MASK}

    def with_changes(self, record_ids: Collection[str], names: Iterable[Name]) -> NameTable:
        """The table with `names` as all the names of these records; shares what did not change."""
        later: dict[str, list[Name]] = {record_id: [] for record_id in record_ids}
        for name in names:
            later[name.record_id].append(name)
        made = object.__new__(NameTable)
        made.__dict__.update(self.__dict__)
        made._later = {**self._later, **{record_id: tuple(many) for record_id, many in later.items()}}
        return made


def digest(row: Sequence[str]) -> int:
    """A number (0..2**64) for one name; the sum over a record's names does not depend on their order."""
    return hash(tuple(row)) & MASK


def read_rows(session: Session) -> Iterator[Sequence[str]]:
    """(record id, language, kind, text) of every name, in no order."""
    query = select(t.NameRow.record_id, t.NameRow.language, t.NameRow.kind, t.NameRow.text)
    yield from session.execute(query.execution_options(yield_per=AT_ONCE))


def read_names(session: Session, record_ids: Sequence[str] | None = None) -> Iterator[Name]:
    """The names of some records (all when None) in the order of the rows, without holding them all in memory."""
    row = t.NameRow
    query = select(row.record_id, row.language, row.kind, row.text, row.folded).order_by(row.id)
    if record_ids is None:
        for part in session.execute(query.execution_options(yield_per=AT_ONCE)):
            yield Name(*part)
        return
    for first in range(0, len(record_ids), AT_ONCE):
        for part in session.execute(query.where(row.record_id.in_(record_ids[first : first + AT_ONCE]))):
            yield Name(*part)
