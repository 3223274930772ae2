"""The many-process deployment: everything in PostgreSQL, limits in Redis, and both may go away for a while."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from bot.replies.problems import LANGUAGES, problem_text
from tests.postgres import Cluster

from .copies import Copy, Visitor, replies, sources, started, until, words
from .phrases import AND_WHERE, DUESSELDORF, INNOBANX
from .redis_server import RedisServer

MESSAGES_PER_10_SECONDS = 6


@pytest.fixture(scope="module")
def database(postgres: Cluster) -> str:
    """The URL of a new database."""
    return postgres.database()


@pytest.fixture(scope="module")
def copy(database: str, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy on PostgreSQL and Redis with a low limit for messages."""
    settings = {
        "DATABASE_URL": database,
        "REDIS_URL": redis_server.url,
        "MESSAGES_PER_10_SECONDS": str(MESSAGES_PER_10_SECONDS),
    }
    with started(tmp_path_factory.mktemp("postgres"), **settings) as running:
        yield running


def _count(database: str, query: str, *values: str) -> int:
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conversation_with_sources_and_context(copy: Copy, database: str, language: str) -> None:
    visitor = Visitor(copy, language)
    answer = visitor.ask(INNOBANX[language])
    assert DUESSELDORF[language] in words(answer)
    assert sources(answer)
    assert DUESSELDORF[language] in visitor.ask(AND_WHERE[language])[0]["text"]
    assert len(visitor.history()) == 5
    conversation = visitor.conversation
    assert _count(database, "SELECT count(*) FROM chat_message WHERE conversation = %s", conversation) == 5
    users = "SELECT count(*) FROM events WHERE sender_id = %s AND type_name = 'user'"
    assert _count(database, users, conversation) == 2


def test_nothing_is_kept_in_files_beside_postgres(copy: Copy) -> None:
    assert [path.name for path in copy.var_dir.glob("*.db*")] == []
    for name in ("core", "actions", "gateway"):
        assert [file.path for file in copy.process(name).open_files() if ".db" in file.path] == []


def test_the_limit_is_counted_in_redis_per_conversation(copy: Copy, redis_server: RedisServer) -> None:
    visitor = Visitor(copy, "de")
    with ThreadPoolExecutor(MESSAGES_PER_10_SECONDS + 1) as pool:  # at once: they are counted when they arrive
        sent = [pool.submit(visitor.post, text="CFIE") for _ in range(MESSAGES_PER_10_SECONDS + 1)]
    answers = sorted((one.result() for one in sent), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200] * MESSAGES_PER_10_SECONDS + [429]
    refused = answers[-1]
    assert refused.json()["detail"] == problem_text("too_many_messages", "de")
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert any(visitor.conversation in key for key in redis_server.stored())
    other = Visitor(copy, "de")
    replies(other.post(text="CFIE"))
    until(lambda: visitor.post(text="CFIE").status_code == 200)


def test_the_chat_goes_on_while_redis_is_away(copy: Copy, redis_server: RedisServer) -> None:
    visitor = Visitor(copy, "zh")
    redis_server.stop()
    try:
        answer = visitor.ask(INNOBANX["zh"])
        assert DUESSELDORF["zh"] in words(answer)
    finally:
        redis_server.start()
    assert DUESSELDORF["zh"] in words(visitor.ask(AND_WHERE["zh"]))


def test_postgres_away_is_apologised_for_and_then_the_conversation_goes_on(
    copy: Copy, database: str, postgres: Cluster
) -> None:
    visitors = [Visitor(copy, language) for language in LANGUAGES]
    for visitor in visitors:
        visitor.ask(INNOBANX[visitor.language])
    processes = {name: copy.process(name).pid for name in ("core", "actions", "gateway")}
    ids = {visitor.language: str(uuid.uuid4()) for visitor in visitors}
    postgres.stop()
    try:
        for visitor in visitors:
            refused = visitor.post(text=AND_WHERE[visitor.language], id=ids[visitor.language])
            assert refused.status_code == 503
            assert refused.json()["detail"] == problem_text("store_away", visitor.language)
            assert int(refused.headers["Retry-After"]) >= 1
        assert not copy.is_ready()
    finally:
        postgres.start()
    for visitor in visitors:
        text = AND_WHERE[visitor.language]
        answer = visitor.insist(text, ids[visitor.language])
        assert DUESSELDORF[visitor.language] in words(answer)
        assert visitor.turns(text) == [["assistant"] * len(answer)]
    until(copy.is_ready)
    assert {name: copy.process(name).pid for name in processes} == processes
