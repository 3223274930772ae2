"""The audit: who changed what when and from where, never altered, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from bot.commands.change_lines import history_lines
from bot.partners import tables as t
from bot.partners.editing import audit
from bot.partners.editing.edits import AddName, Put, Retire, edit
from bot.partners.loader import load
from bot.store import Base, Store, migrate

from .conftest import SMALL

FACT = Put("fact", "alpha-2", {"record": "alpha", "text.en": "Alpha Works makes valves.", "source": "src-a"}, "add")


@pytest.fixture
def small(store: Store, files: Callable[[dict[str, Any]], Path]) -> Store:
    assert load(store, files(SMALL)).changed
    return store


def history(store: Store, row_id: str) -> tuple[audit.Entry, ...]:
    return store.run(lambda session: audit.history(session, row_id))


def test_each_change_is_written_down_with_who_when_and_from_where(small: Store) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=1)
    edit(small, [FACT], by="first", origin="knowledge add fact")
    edit(small, [Put("fact", "alpha-2", {"as_of": "2026"})], by="second", origin="knowledge import facts.csv")
    edit(small, [Retire("fact", "alpha-2")], by="third", origin="knowledge retire fact")
    added, changed, retired = history(small, "alpha-2")
    assert [(e.by, e.origin, e.change.action) for e in (added, changed, retired)] == [
        ("first", "knowledge add fact", "added"),
        ("second", "knowledge import facts.csv", "changed"),
        ("third", "knowledge retire fact", "retired"),
    ]
    assert added.change.new["text.en"] == "Alpha Works makes valves."
    assert (changed.change.field, changed.change.old, changed.change.new) == ("as_of", None, "2026")
    assert retired.change.old["as_of"] == "2026"
    assert all(begun <= e.at <= datetime.now(UTC) for e in (added, changed, retired))


def test_the_history_is_readable_and_keeps_lists(small: Store) -> None:
    edit(small, [AddName("alpha", "zh", "阿尔法厂")], by="editor", origin="knowledge add name")
    head, *cells = history_lines(history(small, "alpha"))
    assert head.endswith("UTC  editor  changed organisation alpha  (knowledge add name)")
    assert cells == ['    aliases.zh: + "阿尔法厂"']


def test_the_first_load_is_not_written_down_and_later_ones_are(small: Store, files: Callable[..., Path]) -> None:
    assert history(small, "alpha") == ()
    load(small, files(SMALL | {"organisations/alpha.yml": SMALL["organisations/alpha.yml"] | {"city": "Essen"}}))
    (entry,) = history(small, "alpha")
    assert (entry.by, entry.change.field, entry.change.old, entry.change.new) == ("files", "city", "Herne", "Essen")


@pytest.mark.parametrize("made_by", ["tables", "migrations"])
def test_what_is_written_down_cannot_be_altered_or_deleted(
    small: Store, files: Callable[[dict[str, Any]], Path], made_by: str
) -> None:
    if made_by == "migrations":
        with small.engine.begin() as connection:
            Base.metadata.drop_all(connection)
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        migrate(small.engine.url.render_as_string(hide_password=False))
        load(small, files(SMALL))
    edit(small, [FACT], by="editor", origin="test")
    before = history(small, "alpha-2")
    for statement in (update(t.ChangeRow).values(by="nobody"), delete(t.ChangeRow)):
        with pytest.raises(DBAPIError, match="append only"), small.engine.begin() as connection:
            connection.execute(statement)
    assert history(small, "alpha-2") == before
    if made_by == "migrations":
        with small.engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))


def test_the_operating_systems_user_has_a_name() -> None:
    assert audit.operating_user().strip()
