"""Telegram through the real processes: three languages, people, a gateway that dies, and deliveries that change nothing."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.messengers.chats import figures
from bot.channels.messengers.tables import messenger_update
from bot.gateway.tables import chat_message, inbox_entry
from bot.replies.greeting import GREETING, chat_notice
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import LINES
from bot.store import Store
from tests.channels.telegram.fake_bot_api import TOKEN, FakeBotApi
from tests.channels.telegram.visitors import SECRET, Telegram, Visitor, until
from tests.gateway.fake_core import RunningServer

from .copies import Copy, started
from .staff import Member, case_for
from .test_handoff_live import KONIN, WHERE, killed

MANY = 300
CONTACTS = '{"centre-general": {"email": "d@example.org"}}'


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[FakeBotApi, str]]:
    state = FakeBotApi()
    server = RunningServer(state.app())
    yield state, server.url
    server.stop()


@pytest.fixture(scope="module")
def own(api: tuple[FakeBotApi, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy with a bot, which these tests may harm."""
    bot = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_SECRET": SECRET, "TELEGRAM_API_URL": api[1]}
    with started(tmp_path_factory.mktemp("telegram"), DESK_CONTACTS=CONTACTS, **bot) as copy:
        yield copy


@pytest.fixture(scope="module")
def telegram(own: Copy, api: tuple[FakeBotApi, str]) -> Telegram:
    return Telegram(api[0], own.url)


@pytest.fixture(scope="module")
def anna(own: Copy) -> Member:
    return Member(own, "anna", "Anna")


@pytest.fixture(scope="module")
def store(own: Copy) -> Iterator[Store]:
    store = Store(f"sqlite:///{own.var_dir / 'assistant.db'}")
    yield store
    store.close()


def persistently(telegram: Telegram, update: dict[str, Any]) -> dict[str, Any]:
    """As Telegram does: again until it is taken."""

    def once() -> bool | None:
        try:
            return telegram.bring(update) == 200 or None
        except OSError:
            return None
        except Exception as error:
            if type(error).__module__.startswith("httpx"):
                return None
            raise

    until(once)
    return update


def _everything_is_done(store: Store, telegram: Telegram) -> tuple[int, ...]:
    """What there is, once everything is carried out and delivered."""
    seen: list[tuple[int, ...]] = [()]

    def work(db: Any) -> tuple[int, ...]:
        open_ones = select(func.count()).select_from(messenger_update).where(messenger_update.c.done_at.is_(None))
        tables = (messenger_update, chat_message, inbox_entry)
        counts = (int(db.scalar(select(func.count()).select_from(table)) or 0) for table in tables)
        return int(db.scalar(open_ones) or 0) + figures(db, "telegram")["behind"], *counts

    def still() -> tuple[int, ...] | None:
        before, seen[0] = seen[0], (*store.read(work), len(telegram.api.sent))
        return seen[0] if seen[0] == before and seen[0][0] == 0 else None

    return until(still)


def test_visitors_are_answered_handed_to_people_and_served_though_the_gateway_dies(
    own: Copy, telegram: Telegram, anna: Member, store: Store
) -> None:
    visitors = {language: telegram.visitor(language) for language in LANGUAGES}
    done = [update for language, visitor in visitors.items() for update in _with_the_assistant(visitor, language)]
    _everything_is_done(store, telegram)
    numbers = {language: case_for(own, visitor.conversation, language) for language, visitor in visitors.items()}
    for language, visitor in visitors.items():
        done.append(persistently(telegram, visitor.says("1 2 3")))
        visitor.reads(numbers[language])
    killed(own, "gateway")
    for language, visitor in visitors.items():
        anna.do(numbers[language], "claim")
        visitor.reads(LINES["joined"][language].format(name="Anna"))
        anna.say(numbers[language], "10:00")
        visitor.reads("10:00")
    _everything_is_done(
        store, telegram
    )  # what is killed before it has written down an OK of the platform says it again
    killed(own, "gateway")
    for language, visitor in visitors.items():
        done.append(persistently(telegram, visitor.says("4 5 6")))
        anna.say(numbers[language], "11:00")
        visitor.reads("11:00")
    _deliveries_that_change_nothing(telegram, store, visitors["en"], done)
    for visitor in visitors.values():
        assert [text.splitlines()[-1] for text in visitor.texts() if text.endswith(":00")] == ["10:00", "11:00"]


def _with_the_assistant(visitor: Visitor, language: str) -> list[dict[str, Any]]:
    """Begins, asks, asks for a person and leaves the form again; the updates it came with."""
    telegram = visitor.telegram
    done = [persistently(telegram, visitor.says("/start"))]
    visitor.reads(chat_notice(language, 30))
    assert len(visitor.reads(GREETING[language]).keyboard) == 3
    done.append(persistently(telegram, visitor.says(WHERE[language])))
    answer = until(lambda: next(iter(telegram.api.of(visitor.chat)[2:]), None))
    assert any(word in answer.text for word in KONIN[language].split("|"))
    assert answer.links and all(link.startswith("http") for link in answer.links)
    done.append(persistently(telegram, visitor.says("/human")))
    form = until(lambda: next((one for one in telegram.api.of(visitor.chat)[3:] if one.keyboard), None))
    done.append(persistently(telegram, visitor.presses(form, len(form.keyboard) - 1)))
    return done


def _deliveries_that_change_nothing(
    telegram: Telegram, store: Store, visitor: Visitor, done: list[dict[str, Any]]
) -> None:
    """Replayed, doubled, reordered and forged, 300 of each."""
    before = _everything_is_done(store, telegram)
    chance = random.Random(5)
    replayed = chance.choices(done, k=MANY)
    doubled = [update for update in chance.choices(done, k=MANY // 2) for _ in range(2)]
    reordered = chance.sample(done * MANY, k=MANY)
    forged = [chance.choice([visitor.says(f"forged {n}"), chance.choice(done)]) for n in range(MANY)]
    secrets = chance.choices([None, "", "x" * 32, SECRET[:-1]], k=MANY)
    with ThreadPoolExecutor(8) as threads:
        for deliveries in (replayed, doubled, reordered):
            assert set(threads.map(telegram.bring, deliveries)) == {200}
        assert set(threads.map(telegram.bring, forged, secrets)) == {401}
    assert _everything_is_done(store, telegram) == before
