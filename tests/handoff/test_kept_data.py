"""Contact data at rest, the trail that cannot be altered, and what a visitor may have shown or erased."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Executable, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.handoff import outbox
from bot.handoff.cases import add_note, claim, close
from bot.handoff.numbers import ALPHABET, new_number, read_number
from bot.handoff.personal_data import erase_cases, export_cases, purge_cases, reseal
from bot.handoff.reading import audit_of, cases_of, contact_of, notes_of, write_audit
from bot.handoff.records import Contact
from bot.handoff.tables import KEPT_DAYS, SEALED, handoff_audit, handoff_case, handoff_note, handoff_rating
from bot.handoff.vault import CannotOpen, Vault
from bot.settings import load_settings
from bot.store import Store

from .conftest import CONVERSATION, KEY, MONDAY, Open, a_request, start_conversation

OTHER = "another-key-for-tests-of-enough-characters"
CANARIES = ("anna@example.org", "Anna Beispiel", "Pumpen", "Delegation", "Rückruf")


def stored(store: Store) -> str:
    """Everything in the tables of the hand-off, as text."""
    tables = (handoff_case, handoff_note, handoff_audit)
    return store.read(lambda db: "\n".join(str(row) for table in tables for row in db.execute(select(table))))


def test_what_is_sealed_comes_back_and_looks_like_nothing() -> None:
    vault = Vault([KEY])
    sealed = vault.seal("泸州 anna@example.org")
    assert sealed is not None and "anna" not in sealed and vault.open(sealed) == "泸州 anna@example.org"
    assert vault.seal("x") != vault.seal("x") and vault.seal(None) is None and vault.open(None) is None


def test_another_key_opens_nothing() -> None:
    sealed = Vault([KEY]).seal("secret")
    for vault in (Vault([OTHER]), Vault([])):
        with pytest.raises(CannotOpen):
            vault.open(sealed)
    with pytest.raises(CannotOpen):
        Vault([KEY]).open("neither sealed nor plain")


def test_a_new_first_key_seals_and_the_old_one_still_opens() -> None:
    both = Vault([OTHER, KEY])
    assert both.open(Vault([KEY]).seal("old")) == "old" and Vault([OTHER]).open(both.seal("new")) == "new"


def test_without_a_key_text_is_kept_and_still_read_when_there_is_one() -> None:
    assert not Vault([]).seals
    assert Vault([KEY]).open(Vault([]).seal("sealed: no")) == "sealed: no"


def test_the_vault_takes_its_keys_from_the_setting() -> None:
    vault = Vault.of(load_settings(case_key=f"{OTHER},{KEY}"))
    assert vault.open(Vault([KEY]).seal("x")) == "x" and vault.seals


def test_a_number_has_forty_random_bits_and_can_be_read_out() -> None:
    numbers = {new_number() for _ in range(2000)}
    assert len(numbers) == 2000 and all(len(n) == 8 and set(n) <= set(ALPHABET) for n in numbers)
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert read_number("oil0-1abc") == "01101ABC"
    assert (
        read_number("U1234567") is read_number("1234567") is read_number("") is read_number("１２３４５６７８") is None
    )


def test_no_contact_data_are_in_the_database_in_clear(store: Store, open_: Open, vault: Vault) -> None:
    number = open_().case.number
    store.run(lambda session: add_note(session, vault, number, "staff", "Rückruf"))
    assert not [canary for canary in CANARIES if canary in stored(store)]
    assert set(SEALED) == {handoff_case, handoff_note, handoff_rating}


def test_records_show_nothing_of_a_visitor_when_printed() -> None:
    assert not [canary for canary in CANARIES if canary in repr(a_request())]


def test_contact_data_that_are_too_long_are_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        Contact("x" * 4001)
    with pytest.raises(ValueError, match="too long"):
        Contact("x", name="x" * 321)
    with pytest.raises(ValueError, match="address"):
        a_request(reach="email", contact=Contact("x"))
    with pytest.raises(ValueError, match="key"):
        a_request("")


def test_the_database_refuses_to_alter_or_delete_the_audit_trail(store: Store, open_: Open) -> None:
    number = open_().case.number
    statements: list[Executable] = [update(handoff_audit).values(by="nobody"), delete(handoff_audit)]
    if store.engine.dialect.name == "postgresql":
        statements.append(text("TRUNCATE handoff_audit"))
    for statement in statements:
        with pytest.raises(DBAPIError, match="append only"):
            store.write(lambda db, s=statement: db.execute(s))  # type: ignore[misc]
    assert len(store.run(lambda session: audit_of(session, number))) == 1


def test_an_audit_trail_that_is_old_may_go(store: Store) -> None:
    now = datetime.now(UTC)
    for days in (KEPT_DAYS + 1, KEPT_DAYS - 1):
        store.run(lambda s, d=days: write_audit(s, "ABCD1234", "anna", "read", at=now - timedelta(days=d)))  # type: ignore[misc]
    store.write(
        lambda db: db.execute(delete(handoff_audit).where(handoff_audit.c.at < now - timedelta(days=KEPT_DAYS)))
    )
    assert len(store.run(lambda session: audit_of(session, "ABCD1234"))) == 1


def test_an_export_holds_all_of_ones_own_and_nothing_of_others(store: Store, open_: Open, vault: Vault) -> None:
    start_conversation(store, "web:two")
    number = open_(reach="email", consent_text="2026-11").case.number
    open_("m-1", "web:two", contact=Contact("Etwas anderes", "bernd@example.org"))
    store.run(lambda session: add_note(session, vault, number, "staff", "internal"))
    [case] = store.write(lambda session: export_cases(session, vault, CONVERSATION))
    assert (case["number"], case["email"], case["name"], case["company"]) == (
        number, "anna@example.org", "Anna Beispiel", "Pumpen",
    )  # fmt: skip
    assert [mail["about"] for mail in case["mails"]] == ["receipt"]
    assert case["opened_at"] == "2026-11-23T09:00:00Z" and case["consent_text"] == "2026-11"
    as_text = json.dumps(case)
    assert not [other for other in ("internal", "bernd", "anderes", "twinning@example.org") if other in as_text]
    trail = store.run(lambda session: audit_of(session, number))
    assert ("visitor", "exported") in {(entry.by, entry.action) for entry in trail}


def test_erasing_leaves_the_trail_and_nothing_else(store: Store, open_: Open, vault: Vault) -> None:
    start_conversation(store, "web:two")
    number = open_(reach="email").case.number
    other = open_("m-1", "web:two").case.number
    store.run(lambda session: add_note(session, vault, number, "staff", "Rückruf"))
    assert store.write(lambda db: erase_cases(db, CONVERSATION)) == 1
    assert store.run(lambda session: erase_cases(session, CONVERSATION)) == 0
    assert store.run(lambda session: cases_of(session, CONVERSATION)) == []
    assert store.run(lambda session: outbox.by_key(session, f"case:{number}:")) == []
    assert store.read(lambda db: db.execute(select(handoff_note)).all()) == []
    assert [entry.action for entry in store.run(lambda s: audit_of(s, number))] == ["opened", "noted", "erased"]
    assert [case.number for case in store.run(lambda session: cases_of(session, "web:two"))] == [other]
    assert len(store.run(lambda session: outbox.by_key(session, f"case:{other}:"))) == 1


def test_cases_closed_long_ago_are_purged_and_open_ones_stay(store: Store, open_: Open) -> None:
    number = open_().case.number
    assert store.run(lambda session: purge_cases(session, MONDAY + timedelta(days=400))) == 0
    store.run(lambda session: claim(session, number, "anna"))
    store.run(lambda session: close(session, number, "anna", "answered", at=MONDAY))
    assert store.run(lambda session: purge_cases(session, MONDAY)) == 0
    later = MONDAY + timedelta(seconds=1)
    assert store.run(lambda session: purge_cases(session, later, dry_run=True)) == 1
    assert len(store.run(lambda session: cases_of(session, CONVERSATION))) == 1
    assert store.run(lambda session: purge_cases(session, later)) == 1
    assert store.run(lambda session: cases_of(session, CONVERSATION)) == []


def test_after_sealing_anew_the_old_key_can_go(store: Store, open_: Open, vault: Vault) -> None:
    number = open_().case.number
    store.run(lambda session: add_note(session, vault, number, "staff", "Rückruf"))
    store.run(lambda session: add_note(session, Vault([]), number, "staff", "without a key"))
    assert store.run(lambda session: reseal(session, Vault([OTHER, KEY]))) == 6
    fresh = Vault([OTHER])
    assert store.run(lambda session: contact_of(session, fresh, number, "anna")).name == "Anna Beispiel"
    assert [note.text for note in store.run(lambda s: notes_of(s, fresh, number))] == ["Rückruf", "without a key"]
