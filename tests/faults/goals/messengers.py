"""G15, and G1, G6, G8, G10 in Telegram and WeChat: platforms that are away, kills, repeats, odd texts and forged deliveries."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any

from bot.replies.problems import LANGUAGES

from .. import books
from ..corpus import LEAKS, texts
from ..figures import Row, at_most, none_of, slowest
from ..messengers import Delivery, Writer, until_done, writer
from ..platforms import CHANNELS
from ..proxy import Mode
from ..scale import Scale
from ..stage import Stage
from ..visitors import APOLOGIES
from .kills import kill_until
from .talk import ASKED, PLACE, chat_until

KINDS: tuple[Mode, ...] = ("refuse", "swallow", "reset", "error")
AT_ONCE = 3
HELD_SECONDS = 5.5  # longer than WeChat waits for an answer in the response, shorter than an action may take
ARRIVAL_SECONDS = 70.0  # the longest pause between two tries of the courier is a minute
PER_WRITER = 15  # below the limit of a session
TAKEN_SECONDS = 5.0
FORGED: dict[str, tuple[dict[str, str | None], ...]] = {
    "telegram": ({"secret": None}, {"secret": ""}, {"secret": "x" * 32}),
    "wechat": (
        {"signature": "0" * 40},
        {"msg_signature": "0" * 40},
        {"timestamp": "1411443780"},
        {"nonce": "1"},
        {"openid": "o6_somebody"},
        {"encrypt_type": "raw"},
    ),
}


def _writers(stage: Stage, each: int = 1) -> list[Writer]:
    return [writer(stage, channel, language) for channel in CHANNELS for language in LANGUAGES for _ in range(each)]


def _answers(one: Writer) -> int:
    """How many messages were the answer, or the apology for an action that died under it."""
    signs = (PLACE[one.language], *APOLOGIES[one.language])
    return sum(any(sign in text for sign in signs) for text in one.heard())


def _taken(one: Writer) -> int:
    return sum(delivery.taken for delivery in one.said)


async def _until_heard(stage: Stage, writers: Sequence[Writer], seconds: float = ARRIVAL_SECONDS) -> float:
    """How long it took until everybody had an answer to everything that was taken; who has not is counted afterwards."""
    begun = time.monotonic()
    with contextlib.suppress(TimeoutError):
        await stage.until(lambda: all(_answers(one) >= _taken(one) for one in writers), seconds)
    return time.monotonic() - begun


async def _ask(writers: Iterable[Writer]) -> list[Delivery]:
    return list(await asyncio.gather(*[one.say(ASKED[one.language]) for one in writers]))


async def platforms_away(stage: Stage, scale: Scale) -> list[Row]:
    """G15, F20: neither platform can be called, while visitors write there and on the website."""
    writers = _writers(stage)
    await _ask(writers)
    await _until_heard(stage, writers)
    refused: list[str] = []
    waits: list[float] = []
    late: list[str] = []
    arrivals: list[float] = []
    restarts: dict[Mode, float] = {}
    kinds = KINDS if scale.on_both else KINDS[:2]
    for kind in (*kinds, "pass"):
        await _cut(stage, kind)
        await stage.proxies["core-actions"].set("swallow")
        asking = asyncio.create_task(_ask(writers))
        await asyncio.sleep(HELD_SECONDS)
        await stage.proxies["core-actions"].set("pass")
        for delivery in await asking:
            status, seconds = delivery.tries[0]
            late += [] if status == 200 and seconds <= TAKEN_SECONDS else [f"{kind}: {status} after {seconds:.1f} s"]
        end = time.monotonic() + (scale.outage_seconds if kind != "pass" else 2)
        for visitor in await asyncio.gather(*[chat_until(stage, language, end, pause=1.2) for language in LANGUAGES]):
            tries = [attempt for said in visitor.said for attempt in said.attempts] + visitor.opening
            refused += [f"{kind}: {one.status} {one.code}" for one in tries if one.status not in (200, 201)]
            waits += [one.seconds for one in tries]
        if kind in ("swallow", "pass"):
            restarts[kind] = await _restart(stage)
        await _cut(stage, "pass")
        arrivals.append(await _until_heard(stage, writers))
    turns = len(kinds) * len(writers)
    unheard, repeated = _compare(writers)
    held = sum(stage.proxies[f"gateway-{channel}"].held for channel in CHANNELS)
    what = f"both platforms away for {scale.outage_seconds:g} s each ({', '.join(kinds)})"
    return [
        none_of("G15", f"{what}: turns on the website refused", refused, len(waits), least=len(kinds) * 3),
        slowest("G15", "until an answer on the website meanwhile", waits, 8.0),
        none_of("G15", f"deliveries not taken within {TAKEN_SECONDS:g} s", late, turns),
        none_of("G15", "answers that never arrived in the messenger", unheard, turns),
        at_most("G15", f"of {turns} answers arrived twice", len(repeated), held, "(calls that were swallowed)"),
        slowest("G15", "until the last answer had arrived after the return", arrivals, ARRIVAL_SECONDS),
        at_most("G15", f"a start with both platforms silent, above the {restarts['pass']:.1f} s with both there",
                max(0.0, restarts["swallow"] - restarts["pass"]), 5.0),
    ]  # fmt: skip


async def _cut(stage: Stage, kind: Mode) -> None:
    for channel in CHANNELS:
        await stage.proxies[f"gateway-{channel}"].set(kind)


async def _restart(stage: Stage) -> float:
    """Seconds from the gateway's death to its answer."""
    begun = time.monotonic()
    await stage.kill("gateway")
    await stage.until_ready()
    return time.monotonic() - begun


def _compare(writers: Sequence[Writer]) -> tuple[list[str], list[str]]:
    """(answers missing on devices, answers that came more than once), one entry each."""
    missing = [(one, _taken(one) - _answers(one)) for one in writers]
    unheard = [f"{one.channel} {one.language}: {count} missing" for one, count in missing if count > 0]
    repeated = [f"{one.channel} {one.language}" for one, count in missing for _ in range(-count)]
    return unheard, repeated


async def kill_chat(stage: Stage, scale: Scale) -> list[Row]:
    """G1 in the messengers: what was taken is carried out once and its answer arrives, whoever dies."""
    seconds = max(12.0, scale.kill_seconds / 3)
    writers = _writers(stage)
    await _ask(writers)
    end = time.monotonic() + seconds
    killer = asyncio.create_task(kill_until(stage, end))
    stuck: list[str] = []

    async def write(one: Writer) -> None:
        while time.monotonic() < end:
            try:
                await one.say(ASKED[one.language])
            except TimeoutError:
                stuck.append(f"{one.channel} {one.language}")
            await asyncio.sleep(random.uniform(0.5, 1.5))

    await asyncio.gather(*[write(one) for one in writers])
    kills = await killer
    await stage.until_ready()
    await _until_heard(stage, writers)
    lost, doubled = await _in_the_books(stage, writers)
    unheard, repeated = _compare(writers)
    taken = sum(map(_taken, writers))
    return [
        none_of("G1", f"messengers, {kills} kills in {seconds:g} s: messages never taken", stuck, taken, least=len(writers)),
        none_of("G1", "messengers: messages taken and lost, or without a turn", lost, taken),
        none_of("G1", "messengers: messages or turns done twice", doubled, taken),
        none_of("G1", "messengers: answers that never arrived", unheard, taken),
        at_most("G1", f"messengers: of {taken} answers came again, no platform takes an id of ours", len(repeated), kills, "(kills)"),
    ]  # fmt: skip


async def _in_the_books(stage: Stage, writers: Sequence[Writer]) -> tuple[list[str], list[str]]:
    """(what was taken and has no turn, what was carried out more than once)."""
    rows = await stage.query("SELECT update_id, done_at FROM messenger_update")
    done = {update_id for update_id, done_at in rows if done_at is not None}
    found = await books.read_books(stage)
    lost, doubled = [], []
    for one in writers:
        conversation = await one.conversation()
        who, said = f"{one.channel} {one.language}", {d.update_id for d in one.said if d.taken}
        lost += [f"{who}: {update_id} is not done" for update_id in said - done]
        messages = [row for row in found.messages.get(conversation, ()) if row[2] == "visitor"]
        turns = found.turns.get(conversation, [])
        for what, count in (("messages", len(messages)), ("turns", len(turns))):
            lost += [f"{who}: {count} {what} of {len(said)}"] if count < len(said) else []
            # What was brought and broke off may have been taken as well.
            doubled += [f"{who}: {count} {what} of {len(one.said)}"] if count > len(one.said) else []
        doubled += [f"{who}: a turn twice"] * (len(turns) - len(set(turns)))
    return lost, doubled


async def deliveries(stage: Stage, scale: Scale) -> list[Row]:
    """G6 in the messengers: each delivery three times at once, and once more after a later one."""
    rounds = -(-scale.duplicates // len(LANGUAGES))
    writers = _writers(stage)
    refused: list[str] = []

    async def deliver(one: Writer) -> None:
        for _ in range(rounds):
            first, second = one.message(ASKED[one.language]), one.message(ASKED[one.language])
            one.said += [first, second]
            statuses = await asyncio.gather(*[one.bring(first) for _ in range(AT_ONCE)])
            statuses += [await one.bring(second), await one.bring(first)]
            refused.extend(f"{one.channel}: {status}" for status in statuses if status != 200)
            await asyncio.sleep(2.2)  # sixty messages a minute are allowed

    await asyncio.gather(*[deliver(one) for one in writers])
    await _until_heard(stage, writers)
    lost, doubled = await _in_the_books(stage, writers)
    unheard, repeated = _compare(writers)
    count = sum(len(one.said) for one in writers)
    what = f"messengers, {count} messages, every other one {AT_ONCE} times at once and once late"
    return [
        none_of("G6", f"{what}: refused", refused, count),
        none_of("G6", "messengers: lost or without an answer", lost + unheard, count),
        none_of("G6", "messengers: extra messages, turns or answers", doubled + repeated, count),
    ]


async def hostile(stage: Stage, scale: Scale) -> list[Row]:
    """G8 and G10 in the messengers: odd texts in three languages, and deliveries that are not the platform's."""
    wrong: list[str] = []
    count = 0
    writers: list[Writer] = []

    async def write(one: Writer, group: Sequence[str]) -> None:
        nonlocal count
        for text in group:
            delivery = one.message(text)
            one.said.append(delivery)
            status = await one.bring(delivery)
            count += 1
            wrong.extend([f"{one.channel}: {status} to {text[:30]!r}"] if status == 0 or status >= 500 else [])

    share = max(20, scale.bad_inputs // 10)
    for channel in CHANNELS:
        for language in LANGUAGES:
            wanted = iter(texts(language, share))
            while group := list(itertools.islice(wanted, PER_WRITER)):
                writers.append(writer(stage, channel, language))
                await write(writers[-1], group)
    with contextlib.suppress(TimeoutError):
        for one in writers:
            await until_done(stage, one)
    open_ = await stage.query("SELECT update_id FROM messenger_update WHERE done_at IS NULL")
    silent = [f"{one.channel} {one.language}" for one in writers if not one.heard()]
    leaks = [found.group() for one in writers for text in one.heard() if (found := LEAKS.search(_own(text, one)))]
    got_in = await _forge(stage, scale)
    return [
        none_of("G8", f"messengers, {count} texts: 5xx or no answer", wrong, count, least=6 * share),
        none_of("G8", "messengers: never carried out", open_, count),
        none_of("G8", f"messengers: writers of {PER_WRITER} texts left without a word", silent, len(writers)),
        none_of("G8", "messengers: traces of the inside or open braces", leaks, sum(len(one.heard()) for one in writers)),
        none_of("G10", "messengers: forged deliveries taken", got_in[0], got_in[1]),
        none_of("G10", "messengers: rows that came of them", got_in[2], got_in[1]),
    ]  # fmt: skip


def _own(text: str, one: Writer) -> str:
    """What was heard without what was typed."""
    for delivery in one.said:
        text = text.replace(delivery.text, "") if len(delivery.text) > 1 else text
    return text


async def _rows(stage: Stage) -> list[tuple[Any, ...]]:
    updates = await stage.query("SELECT count(*), count(done_at) FROM messenger_update")
    return updates + await stage.query("SELECT count(*) FROM chat_message")


async def _forge(stage: Stage, scale: Scale) -> tuple[list[str], int, list[str]]:
    """(deliveries that were not refused, how many there were, rows that came of them)."""
    before = await _rows(stage)
    taken: list[str] = []
    count = 0
    for channel, forgeries in FORGED.items():
        one = writer(stage, channel, "en")
        for forged in itertools.islice(itertools.cycle(forgeries), scale.spoofs // len(FORGED)):
            status = await one.bring(one.message(ASKED["en"]), **forged)
            count += 1
            taken += [f"{channel} {next(iter(forged))}: {status}"] if status not in (401, 403) else []
    after = await _rows(stage)
    return taken, count, [] if after == before else [f"{before} became {after}"]
