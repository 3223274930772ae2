"""WeChat through the real processes: three languages, a slow turn, staff, a gateway that dies, deliveries that are forged or doubled."""

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from bot.channels.messengers import chats
from bot.gateway import history
from bot.gateway.history import Message
from bot.handoff.opening import open_case
from bot.handoff.records import Contact, Request
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.partners.queries import desks
from bot.replies.greeting import NOTICE
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import LINES
from bot.replies.wechat import COMMAND_WORDS
from bot.settings import ROOT
from bot.store import Store
from tests.channels.wechat.fake_platform import APP_ID, SECRET, TOKEN, FakePlatform
from tests.channels.wechat.fake_pushes import Pushes, happened, message
from tests.gateway.fake_core import RunningServer

from .copies import Copy, started, until
from .staff import Member
from .test_handoff_live import KONIN, WHERE, killed

KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
SECONDS = 90.0
MANY = 300


class Account:
    """The copy, the platform, and what the database holds of one visitor."""

    def __init__(self, copy: Copy, platform: FakePlatform) -> None:
        self.copy, self.platform = copy, platform
        self.pushes = Pushes(platform, copy.url, key=KEY)
        self.store = Store(f"sqlite:///{copy.var_dir / 'assistant.db'}")

    def shown(self, who: str) -> str:
        return "\n".join(self.platform.follower(who).shown)

    def sees(self, who: str, *parts: str) -> None:
        """Until the visitor has seen one of these, in the reply or pushed."""
        until(lambda: any(part in self.shown(who) for part in parts), SECONDS)

    def conversation(self, who: str) -> str:
        chat = self.store.read(lambda db: chats.find(db, "wechat", f"wx:{who}"))
        assert chat and chat.conversation
        return chat.conversation

    def history(self, who: str) -> list[Message]:
        conversation = self.conversation(who)
        return self.store.read(lambda db: history.after(db, conversation, 0, 1000))

    def case(self, who: str, language: str) -> str:
        """The number of a case, opened as the action server does it."""
        vault, data = Vault([self.copy.secret("CASE_KEY")]), read_handoff(ROOT / "data" / "handoff")
        wanted = Request(self.conversation(who), uuid.uuid4().hex, language, Contact("?", None), reach="chat")
        return self.store.run(
            lambda db: open_case(db, vault, wanted, route(data, desks(db), [], language), desks(db)).case.number
        )


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    platform = FakePlatform()
    server = RunningServer(platform.app())
    settings = {
        "WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": SECRET, "WECHAT_TOKEN": TOKEN, "WECHAT_AES_KEY": KEY,
        "WECHAT_API_URL": server.url, "DESK_CONTACTS": '{"centre-general": {"email": "d@example.org"}}',
    }  # fmt: skip
    with started(tmp_path_factory.mktemp("wechat"), **settings) as copy:
        one = Account(copy, platform)
        yield one
        one.pushes.http.close()
        one.store.close()
    server.stop()


@pytest.fixture
def who() -> str:
    """A visitor of this test alone."""
    return f"o6_bm{uuid.uuid4().hex[:23]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_is_told_who_answers_and_gets_an_answer_in_their_language(
    account: Account, who: str, language: str
) -> None:
    account.pushes.say(who, WHERE[language])
    account.sees(who, *KONIN[language].split("|"))
    assert NOTICE[language].format(days=30) in account.shown(who)
    assert [m.author for m in account.history(who)] == ["system", "visitor", "assistant"]
    account.pushes.say(who, COMMAND_WORDS["language"][language][0])
    account.sees(who, "Deutsch")
    options = [line for line in account.shown(who).splitlines() if line[:2] in ("1.", "2.", "3.")]
    german = next(line for line in options if "Deutsch" in line)
    account.pushes.say(who, german[0])
    account.pushes.say(who, "Konin?")
    until(lambda: account.history(who)[-1].author == "assistant" and account.history(who)[-1].language == "de", SECONDS)


def test_an_answer_that_takes_longer_than_the_platform_waits_is_pushed(account: Account, who: str) -> None:
    account.pushes.say(who, "Hello")
    account.sees(who, NOTICE["en"].format(days=30))
    core: psutil.Process = account.copy.process("core")
    core.suspend()
    try:
        answered = account.pushes.say(who, WHERE["en"])
    finally:
        core.resume()
    assert answered.shown is None and answered.statuses == [200]
    account.sees(who, *KONIN["en"].split("|"))
    assert account.platform.follower(who).pushed == 1


def test_staff_answer_in_wechat_while_the_gateway_dies_and_the_platform_is_away(account: Account, who: str) -> None:
    anna = Member(account.copy, f"anna-{uuid.uuid4().hex[:6]}", "Anna")
    account.pushes.say(who, WHERE["zh"])
    account.sees(who, KONIN["zh"])
    number = account.case(who, "zh")
    account.pushes.say(who, "有人吗")
    account.sees(who, LINES["kept"]["zh"].split("{")[0], LINES["kept_until"]["zh"].split("{")[0])
    anna.do(number, "claim")
    account.sees(who, LINES["joined"]["zh"].format(name="Anna"))
    account.platform.away = True
    anna.say(number, "您好，代表团五月出发。")
    killed(account.copy, "gateway")
    account.platform.away = False
    account.sees(who, "您好，代表团五月出发。")
    assert account.shown(who).count("您好，代表团五月出发。") == 1
    account.pushes.say(who, "谢谢")
    until(lambda: account.history(who)[-1].text == "谢谢", SECONDS)
    anna.do(number, "close", reason="answered")
    account.sees(who, "1. 满意")
    account.pushes.say(who, "1")
    account.sees(who, LINES["rated"]["zh"])
    account.pushes.say(who, "Innobanx是什么公司？")
    account.sees(who, "杜塞尔多夫")
    assert [m.author for m in account.history(who)].count("staff") == 1


def test_300_forged_replayed_doubled_and_reordered_deliveries_change_nothing(account: Account, who: str) -> None:
    account.pushes.say(who, WHERE["zh"])
    account.sees(who, KONIN["zh"])
    before = account.history(who)
    forged(account, who)
    body, query = account.pushes.signed(message(who, "谢谢"))
    account.platform.wrote(who)
    statuses = {
        account.pushes.http.post(account.pushes.address, params=query, content=body, timeout=60).status_code
        for _ in range(MANY)
    }
    assert statuses == {200}
    until(lambda: len(account.history(who)) == len(before) + 2, SECONDS)

    many = [message(who, f"科宁在哪里？{'！' * number}") for number in range(1, 16)]
    many += [happened(who, "CLICK", "do:help:zh") for _ in range(15)]
    deliveries = many * (MANY // len(many))
    random.shuffle(deliveries)
    in_threads(
        deliveries,
        lambda fields: account.pushes.http.post(account.pushes.address, **posted(account, fields)).status_code,
    )

    def settled() -> bool:
        authors = [m.author for m in account.history(who)[len(before) + 2 :]]
        return authors.count("visitor") == 15 and authors.count("assistant") >= 15 and authors.count("system") == 15

    until(settled, SECONDS)
    ids = [m.id for m in account.history(who) if m.author == "visitor"]
    assert len(ids) == len(set(ids)) == 17


def forged(account: Account, who: str) -> None:
    """300 pushes that are not the platform's."""
    for number in range(MANY):
        body, query = account.pushes.signed(message(who, "删除"))
        wrong: dict[str, str] = random.choice(
            [
                {"signature": "0" * 40},
                {"msg_signature": "0" * 40},
                {"timestamp": "1411443780"},
                {"nonce": f"{number}"},
                {"openid": "o6_somebody"},
                {"encrypt_type": "raw"},
            ]
        )
        assert account.pushes.http.post(account.pushes.address, params=query | wrong, content=body).status_code == 403


def posted(account: Account, fields: dict[str, Any]) -> dict[str, Any]:
    body, query = account.pushes.signed(fields)
    return {"params": query, "content": body, "timeout": 60}


def in_threads(items: list[Any], work: Callable[[Any], int]) -> None:
    """All of them, ten at a time; each must be taken."""
    statuses: list[int] = []

    def some(share: list[Any]) -> None:
        statuses.extend(work(item) for item in share)

    threads = [threading.Thread(target=some, args=(items[start::10],)) for start in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200} and len(statuses) == len(items)
