"""The small parts that messengers stand on: leases, kept values, ids of deliveries, the pace of calls, conversation ids."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.channels.messengers import chats, codes, state, updates
from bot.channels.messengers.lines import with_page
from bot.channels.messengers.records import Event, Received
from bot.channels.messengers.tables import messenger_update
from bot.channels.options import lengthened, shortened
from bot.channels.rendering import render
from bot.channels.telegram import client
from bot.channels.telegram.client import Pace
from bot.channels.telegram.platform import LOOK as TELEGRAM
from bot.channels.wechat.pieces import WECHAT
from bot.gateway.history import Draft, Message
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_explore import EXPLORE
from bot.settings import Settings
from bot.store import Store
from tests.partners.conftest import empty_postgres, store

__all__ = ["empty_postgres", "store"]
DAY = timedelta(days=1)


def received(number: str, chat: str = "tg:1:1", place: int = 0) -> Received:
    return Received(number, chat, "1", Event("text", f"text {number}"), place)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["timeline", "network"])
def test_a_picture_is_a_link_to_its_page_where_nothing_is_drawn(name: str, language: str) -> None:
    settings = Settings(public_url="https://chat.example.org")
    card = {"title": "Luzhou", "rows": [], "picture": name}
    said = Message("1", datetime.now(UTC), "assistant", language, "As follows.", card=card)
    (telegram,) = render(with_page(settings, said), TELEGRAM)
    (wechat,) = render(with_page(settings, said), WECHAT)
    title = EXPLORE[language]["in_full"].format(title=EXPLORE[language][name])
    address = f"https://chat.example.org/explore?lang={language}#{name}"
    assert telegram.text == f'As follows.\n\n<a href="{address}">{title}</a>'
    assert wechat.plain == f"As follows.\n\n{title} ({address})"
    other = Message("1", datetime.now(UTC), "assistant", language, "x", card=card | {"picture": "weather"})
    assert with_page(settings, other) is other


def test_a_lease_is_held_by_one_renewed_by_it_and_free_when_let_go(store: Store) -> None:
    def take(owner: str, seconds: float = 60) -> bool:
        return store.write(lambda db: state.take_lease(db, "telegram", "served-by", owner, seconds))

    first, second = state.this_process(), state.this_process()
    assert take(first) and take(first) and not take(second)
    store.write(lambda db: state.release(db, "telegram", "served-by", second))
    assert not take(second)
    store.write(lambda db: state.release(db, "telegram", "served-by", first))
    assert take(second, -1) and take(first)


def test_a_lease_of_a_process_that_is_gone_is_free_at_once_unless_it_was_on_another_machine(store: Store) -> None:
    mine = state.this_process()
    host = state.this_process().rpartition(":")[0].rpartition(":")[0]
    for owner, free in ((f"{host}:99999999:ab", True), ("elsewhere.example.org:99999999:ab", False)):
        store.write(lambda db, owner=owner: state.put(db, "c", owner, owner, datetime.now(UTC) + DAY))  # type: ignore[misc]
        assert store.write(lambda db, owner=owner: state.take_lease(db, "c", owner, mine, 60)) is free  # type: ignore[misc]


def test_a_kept_value_replaces_the_one_before(store: Store) -> None:
    assert store.read(lambda db: state.get(db, "telegram", "offset")) is None
    for value in ("1", "2"):
        store.write(lambda db, value=value: state.put(db, "telegram", "offset", value))  # type: ignore[misc]
    assert store.read(lambda db: state.get(db, "telegram", "offset")) == state.Kept("2", None)


def test_an_update_is_taken_in_once_and_in_the_platforms_order(store: Store) -> None:
    for one, fresh in ((received("8", place=8), True), (received("7", place=7), True), (received("8", place=8), False)):
        assert store.write(lambda db, one=one: updates.receive(db, "telegram", one)) is fresh  # type: ignore[misc]
    waiting = store.read(lambda db: updates.next_open(db, "telegram", "tg:1:1"))
    assert waiting and waiting.received == received("7", place=7)
    assert store.write(lambda db: updates.mark_done(db, "telegram", "7"))
    assert not store.write(lambda db: updates.mark_done(db, "telegram", "7"))
    assert store.read(lambda db: updates.is_done(db, "telegram", "7"))
    assert store.read(lambda db: updates.count_open(db, "telegram")) == 1
    assert store.read(lambda db: updates.chats_with_open(db, "wechat")) == []


def test_an_id_that_names_the_visitor_is_kept_as_a_hash_only(store: Store) -> None:
    one = received("openid-of-somebody-1700000000-event", "wx:openid-of-somebody")
    assert store.write(lambda db: updates.receive(db, "wechat", one))
    assert not store.write(lambda db: updates.receive(db, "wechat", one))
    kept = store.read(lambda db: updates.next_open(db, "wechat", one.chat))
    assert kept and len(kept.received.update_id) == 64
    store.write(lambda db: updates.set_reply(db, "wechat", one.update_id, "an answer"))
    assert store.read(lambda db: updates.reply_of(db, "wechat", kept.received.update_id)) == "an answer"
    store.write(lambda db: updates.forget_chat(db, "wechat", one.chat))
    [row] = store.read(lambda db: db.execute(messenger_update.select()).all())
    assert "openid" not in str(row) and "answer" not in str(row) and row.done_at
    assert not store.write(lambda db: updates.receive(db, "wechat", one))


def test_only_what_is_done_and_old_is_purged(store: Store) -> None:
    for number in ("1", "2"):
        store.write(lambda db, number=number: updates.receive(db, "telegram", received(number)))  # type: ignore[misc]
    store.write(lambda db: updates.mark_done(db, "telegram", "1"))
    now = datetime.now(UTC)
    assert store.write(lambda db: updates.purge(db, "telegram", now + updates.KEPT - DAY)) == 0
    assert store.write(lambda db: updates.purge(db, "telegram", now + updates.KEPT + DAY)) == 1


def opened(store: Store) -> str:
    draft = [Draft("system", "en", "notice")]
    return store.write(lambda db: chats.open_conversation(db, "telegram", received("1"), "en", DAY, draft))


def test_the_id_of_a_conversation_is_never_used_again(store: Store) -> None:
    first, second = opened(store), opened(store)
    assert first == "tg:1:1" and second.startswith("tg:1:1:") and len(second) > 15
    chat = store.read(lambda db: chats.find(db, "telegram", "tg:1:1"))
    assert chat and chat.conversation == second


def test_a_code_works_once_and_makes_the_others_worthless(store: Store) -> None:
    conversation = opened(store)
    one, other = (store.write(lambda db: codes.make(db, conversation)) for _ in range(2))
    assert store.write(lambda db: codes.redeem(db, one)) == conversation
    assert store.write(lambda db: codes.redeem(db, one)) is None
    assert store.write(lambda db: codes.redeem(db, other)) is None
    chat = store.read(lambda db: chats.find(db, "telegram", "tg:1:1"))
    assert chat and chat.conversation is None


def test_a_code_ends(store: Store) -> None:
    conversation = opened(store)
    code = store.write(lambda db: codes.make(db, conversation))
    store.write(lambda db: codes.purge(db, datetime.now(UTC) + DAY))
    assert store.write(lambda db: codes.redeem(db, code)) is None


def test_a_chat_that_was_moved_meanwhile_is_not_advanced(store: Store) -> None:
    opened(store)
    chat = store.read(lambda db: chats.find(db, "telegram", "tg:1:1"))
    assert chat and store.write(lambda db: chats.advance(db, chat, 1))
    assert not store.write(lambda db: chats.advance(db, chat, 2))


@pytest.mark.parametrize(("choice", "as_it_is"), [("a" * 64, True), ("a" * 65, False), ("选" * 22, False)])
def test_a_choice_too_long_for_a_button_is_named_instead(choice: str, as_it_is: bool) -> None:
    carried = shortened(choice, 64)
    assert (carried == choice) is as_it_is and len(carried.encode()) <= 64
    options = [{"title": "x", "choice": "another"}, {"title": "y", "choice": choice}]
    assert lengthened(carried, options) == choice
    assert lengthened("cb:unknown", options) == "cb:unknown"


def test_calls_are_spaced_out_per_chat_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    async def calls(*of: str | None) -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0])
        # In this module only: servers of other tests may still sleep in threads of this process.
        waits = SimpleNamespace(get_running_loop=asyncio.get_running_loop, sleep=sleep)
        monkeypatch.setattr(client, "asyncio", waits)
        pace = Pace(1.0, 10)
        for chat in of:
            await pace.turn(chat)

    def taken(*of: str | None) -> float:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            begun = now[0]
            runner.run(calls(*of))
        monkeypatch.undo()
        return round(now[0] - begun, 3)

    assert taken("a", "a", "a") == 2.0
    assert taken("a", "b", "c") == 0.2
    assert taken(None, None) == 0.1
