"""Doubled, replayed, reordered and forged deliveries change nothing; a gateway that dies leaves nothing behind."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.channels.messengers import updates
from bot.channels.messengers.records import Event, Received
from bot.channels.messengers.tables import messenger_update
from bot.replies.greeting import GREETING
from tests.gateway.fake_core import FakeCore

from .conftest import Running, Start
from .fake_bot_api import Failure
from .visitors import SECRET, until

MANY = 300


def rows(bot: Running) -> int:
    return len(bot.live.store.read(lambda db: db.execute(messenger_update.select()).all()))


def everything(bot: Running, core: FakeCore) -> tuple[Any, ...]:
    bot.quiet()
    return rows(bot), len(core.turns), len(bot.api.sent), sorted(bot.api.answered)


def history_of(bot: Running) -> list[dict[str, Any]]:
    """Updates of every kind from a few visitors, all carried out."""
    done = []
    for language in ("en", "de", "zh-hans"):
        visitor = bot.telegram.visitor(language)
        done.append(visitor.say("/start"))
        greeting = visitor.reads(GREETING[language[:2]])
        done += [visitor.press(greeting), visitor.say("Where is Konin?"), visitor.say("/help")]
        visitor.reads("/delete")
    return done


def at_once(bot: Running, deliveries: list[Any], secrets: list[str | None]) -> list[int]:
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(bot.telegram.bring, deliveries, secrets))


def test_three_hundred_replays_in_any_order_change_nothing(bot: Running, core: FakeCore) -> None:
    done = history_of(bot)
    before = everything(bot, core)
    deliveries = random.Random(5).choices(done, k=MANY)
    assert set(at_once(bot, deliveries, [SECRET] * MANY)) == {200}
    assert everything(bot, core) == before


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "ä" * 40], ids=range(7)
)
def test_a_call_without_the_secret_is_refused_and_nothing_is_kept(
    bot: Running, core: FakeCore, secret: str | None
) -> None:
    visitor = bot.telegram.visitor()
    assert bot.telegram.bring(visitor.says("let me in"), secret) == 401
    assert everything(bot, core)[:3] == (0, 0, 0)


def test_three_hundred_forged_calls_change_nothing(bot: Running, core: FakeCore) -> None:
    done = history_of(bot)
    before = everything(bot, core)
    visitor = bot.telegram.visitor()
    deliveries = [
        random.Random(n).choice([visitor.says(f"forged {n}"), random.Random(n).choice(done)]) for n in range(MANY)
    ]
    secrets: list[str | None] = [random.Random(n).choice([None, "", "x" * 32, SECRET[:-1]]) for n in range(MANY)]
    assert set(at_once(bot, deliveries, secrets)) == {401}
    assert everything(bot, core) == before


def test_a_new_update_that_comes_many_times_at_once_is_one_turn(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    core.delays = [0.3]
    update = visitor.says("once only")
    assert set(at_once(bot, [update] * 24, [SECRET] * 24)) == {200}
    visitor.reads("You said: once only")
    bot.quiet()
    assert visitor.texts().count("You said: once only") == 1
    assert [turn["text"] for turn in core.turns].count("once only") == 1


def test_three_hundred_messages_doubled_and_reordered_are_answered_once_each(start: Start, core: FakeCore) -> None:
    bot = start()
    visitors = [bot.telegram.visitor() for _ in range(10)]
    for visitor in visitors:
        visitor.begin()
    fresh = [visitor.says(f"message {n}") for n in range(15) for visitor in visitors]
    deliveries = fresh * 2
    random.Random(7).shuffle(deliveries)
    assert set(at_once(bot, deliveries, [SECRET] * MANY)) == {200}
    bot.quiet()
    for visitor in visitors:
        assert sorted(visitor.texts()[2:]) == sorted(f"You said: message {n}" for n in range(15))
    assert len(core.turns) == 160


def test_what_a_gateway_took_in_before_it_died_is_carried_out_by_the_next(start: Start, core: FakeCore) -> None:
    first = start()
    visitor = first.telegram.visitor()
    visitor.begin()
    first.live.server.stop()
    left = [
        Received(str(n), visitor.conversation, str(visitor.chat), Event("text", f"left {n}", str(n)), n)
        for n in (950_000_002, 950_000_001)
    ]  # fmt: skip
    for received in left:
        first.live.store.write(lambda db, received=received: updates.receive(db, "telegram", received))  # type: ignore[misc]
    second = start()
    visitor.reads("You said: left 950000002")
    second.quiet()
    assert visitor.texts()[2:] == ["You said: left 950000001", "You said: left 950000002"]


def test_what_is_on_its_way_when_a_gateway_is_stopped_arrives_and_is_not_said_again(
    start: Start, core: FakeCore
) -> None:
    first = start()
    visitor = first.telegram.visitor()
    visitor.begin()
    first.api.failures = [Failure(hang=1.0)]  # slow, but it arrives
    visitor.say("slowly")
    until(lambda: not first.api.failures or None)
    first.live.server.stop()
    second = start()
    second.telegram.numbers = first.telegram.numbers
    assert second.telegram.bring(visitor.says("and now?")) == 200
    visitor.reads("You said: and now?")
    second.quiet()
    assert visitor.texts()[2:] == ["You said: slowly", "You said: and now?"]


def test_a_group_that_threw_the_bot_out_is_left_alone(start: Start) -> None:
    bot = start()
    group = bot.telegram.visitor(kind="group")
    bot.api.blocked.add(group.chat)
    group.say("@CentreTestBot hello?")
    bot.quiet()
    assert group.texts() == [] and bot.api.count("sendMessage") == 1


def test_of_two_gateways_one_serves_and_the_other_takes_over(start: Start, core: FakeCore) -> None:
    first = start()
    visitor = first.telegram.visitor()
    until(lambda: first.messenger.serves or None)
    second = start()
    visitor.begin()
    assert not second.messenger.serves
    second.telegram.numbers = first.telegram.numbers
    assert second.telegram.bring(visitor.says("by the other one")) == 200
    visitor.reads("You said: by the other one")
    first.live.server.stop()
    assert second.telegram.bring(visitor.says("and now?")) == 200
    visitor.reads("You said: and now?")
    second.quiet()
    assert len(visitor.texts()) == 4 and len(core.turns) == 3
