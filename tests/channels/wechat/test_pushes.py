"""What is pushed while nobody waits for it: counted as the platform counts, kept for staff, waiting, in order, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.channels.messengers.tables import messenger_chat
from bot.channels.wechat import platform as module
from bot.channels.wechat import quota
from bot.handoff.records import Case
from bot.replies.staff_lines import RATINGS
from bot.replies.wechat import LAST_ONE
from tests.e2e.copies import until

from .conftest import PATIENCE, WHO, Account
from .fake_platform import BREAK, HANG


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the platform refuses for a while is tried again soon."""
    for name in ("AWAY_SECONDS", "TROUBLE_SECONDS", "FOR_STAFF_SECONDS"):
        monkeypatch.setattr(module, name, 0.5)


def with_anna(account: Account, text: str = "你好") -> Case:
    """A conversation that Anna has joined."""
    account.say(WHO, text)
    case = account.case()
    taken: Case = account.live.call(account.live.staff.claim(case.number, "anna", name="Anna"))
    until(lambda: "Anna" in account.shown()[-1], PATIENCE)
    return taken


def seen(account: Account, text: str) -> None:
    until(lambda: any(text in shown for shown in account.shown()), PATIENCE)


def left(account: Account) -> int | None:
    chat = account.chat()
    return chat.quota_left if chat else None


def test_what_staff_write_arrives_with_their_name_and_is_counted(account: Account) -> None:
    case = with_anna(account)
    account.staff_says(case, "您好，我是安娜。", "m-1")
    seen(account, "您好，我是安娜。")
    assert "Anna" in account.shown()[-1]
    until(lambda: left(account) == 3, PATIENCE)
    assert account.platform.follower(WHO).quota == 3


def test_the_last_one_says_so_and_the_rest_waits_for_the_visitor_in_order(verified: Account) -> None:
    case = with_anna(verified)
    for number in range(1, 7):
        verified.staff_says(case, f"答复{number}", f"m-{number}")
        if number <= 4:
            seen(verified, f"答复{number}")
    assert verified.shown()[-1].endswith(LAST_ONE["zh"])
    assert verified.platform.follower(WHO).pushed == 5 and verified.platform.refused_sends == []
    shown = verified.say(WHO, "好的").shown or ""
    assert shown.index("答复5") < shown.index("答复6")
    assert left(verified) == 5


def test_one_of_the_five_is_kept_for_staff(verified: Account) -> None:
    verified.say(WHO, "你好")
    verified.waits(0.1)
    chat = verified.chat()
    assert chat
    verified.live.store.write(lambda db: db.execute(update(messenger_chat).values(quota_left=1)))
    conversation = chat.conversation or ""
    from bot.gateway.history import Draft, append

    for number in range(3):
        draft = Draft("assistant", "zh", f"提示{number}", id=f"hint-{number}")
        verified.live.store.write(lambda db, draft=draft: append(db, conversation, [draft]))  # type: ignore[misc]
    verified.platform.follower(WHO).quota = 1
    case = verified.case()
    verified.live.call(verified.live.staff.claim(case.number, "anna", name="Anna"))
    until(lambda: (chat := verified.chat()) and chat.wait_until, PATIENCE)
    assert verified.platform.raw_sends == []
    verified.staff_says(case, "您好", "m-1")
    seen(verified, "您好")
    assert verified.platform.follower(WHO).pushed == 1 and "提示0" in verified.shown()[-1]


def test_a_press_opens_a_minute_of_three_and_takes_nothing_from_an_open_day(verified: Account) -> None:
    verified.event(WHO, "subscribe")
    chat = verified.chat()
    assert chat and (chat.window_kind, chat.quota_left) == ("event", 3)
    assert chat.window_until and chat.window_until <= datetime.now(UTC) + timedelta(minutes=1)
    verified.say(WHO, "你好")
    verified.event(WHO, "CLICK", "do:help:zh")
    chat = verified.chat()
    assert chat and (chat.window_kind, chat.quota_left) == ("message", 5)


@pytest.mark.parametrize("code", [45015, 45047])
def test_where_the_platform_counts_otherwise_it_is_believed(verified: Account, code: int) -> None:
    case = with_anna(verified)
    verified.platform.plan = [code]
    verified.staff_says(case, "您好", "m-1")
    until(lambda: left(verified) == 0, PATIENCE)
    verified.staff_says(case, "在吗", "m-2")
    assert "您好\n" in (verified.say(WHO, "在").shown or "") + "\n"
    assert verified.platform.refused_sends == [code]


def test_after_48_hours_nothing_is_tried(verified: Account) -> None:
    case = with_anna(verified)
    past = datetime.now(UTC) - timedelta(seconds=1)
    verified.live.store.write(lambda db: db.execute(update(messenger_chat).values(window_until=past)))
    sends = len(verified.platform.raw_sends)
    verified.staff_says(case, "您好", "m-1")
    until(lambda: (chat := verified.chat()) and chat.wait_until, PATIENCE)
    assert len(verified.platform.raw_sends) == sends
    assert "您好" in (verified.say(WHO, "在").shown or "")


@pytest.mark.parametrize("plan", [[BREAK] * 3, ["HTTP 500"], [-1, -1], [45009], [40001], [42001, 42001], [40164]])
def test_a_platform_that_is_away_or_refuses_us_gets_it_later_in_order_and_once(
    verified: Account, plan: list[Any]
) -> None:
    case = with_anna(verified)
    before = len(verified.shown())
    verified.platform.plan = plan
    for number in range(1, 4):
        verified.staff_says(case, f"答复{number}", f"m-{number}")
    seen(verified, "答复3")
    told = "\n".join(verified.shown()[before:])
    assert [told.count(f"答复{number}") for number in (1, 2, 3)] == [1, 1, 1]
    assert told.index("答复1") < told.index("答复2") < told.index("答复3")


def test_a_hanging_platform_holds_nobody_else_up(make: Callable[..., Account]) -> None:
    account = make(wechat_timeout_seconds=60.0)
    case = with_anna(account)
    account.platform.plan = [HANG]
    account.staff_says(case, "您好", "m-1")
    until(lambda: len(account.platform.raw_sends) == 2, PATIENCE)
    assert "You said: 我是乙" in (account.say("o6_bmjasdasdsad6_2sgVt7hMZOP", "我是乙").shown or "")
    opened = account.live.http.post("/api/session", json={"notice_accepted": True})
    assert opened.status_code == 201
    account.platform.released.set()
    seen(account, "您好")


def test_a_platform_that_is_away_at_the_start_delays_nothing(make: Callable[..., Account]) -> None:
    account = make(wechat_api_url="http://127.0.0.1:9")
    assert "You said: 你好" in (account.say(WHO, "你好").shown or "")
    case = account.case()
    account.live.call(account.live.staff.claim(case.number, "anna", name="Anna"))
    account.staff_says(case, "您好", "m-1")
    until(lambda: account.live.http.get("/readyz").json()["channels"]["wechat"] == "away", PATIENCE)
    assert account.live.http.get("/readyz").status_code == 200
    assert "您好" in (account.say(WHO, "在吗？").shown or "")


def test_what_waits_survives_a_restart_and_arrives_once(verified: Account) -> None:
    case = with_anna(verified)
    verified.platform.away = True
    verified.staff_says(case, "您好", "m-1")
    verified.stop()
    verified.platform.released.clear()
    verified.platform.away = False
    verified.start()
    seen(verified, "您好")
    assert sum("您好" in text for text in verified.shown()) == 1


def test_the_question_how_it_was_is_answered_with_a_number(verified: Account) -> None:
    case = with_anna(verified)
    verified.live.call(verified.live.staff.close(case.number, "anna", "answered", name="Anna", force=True))
    seen(verified, f"1. {RATINGS[1]['zh']}")
    assert verified.say(WHO, "①").shown
    assert verified.core.turns[-1]["text"] == "你好", "a rating is nothing for the core"


def test_a_text_that_the_platform_finds_too_long_is_sent_in_two(verified: Account) -> None:
    case = with_anna(verified)
    verified.platform.plan = [45002]
    text = "".join(f"第{number}句话。" for number in range(60))
    verified.staff_says(case, text, "m-1")
    seen(verified, "第59句话。")
    assert text in "".join(verified.shown()[-2:]).replace("\n", "").replace("Anna（工作人员）：", "")


def test_a_user_who_blocks_the_account_gets_nothing_more(verified: Account) -> None:
    case = with_anna(verified)
    verified.platform.plan = [43004]
    verified.staff_says(case, "您好", "m-1")
    until(lambda: (chat := verified.chat()) and chat.blocked_at, PATIENCE)
    verified.staff_says(case, "在吗", "m-2")
    assert verified.platform.refused_sends == [43004]


def test_what_is_left_is_counted_by_rule() -> None:
    from bot.channels.messengers.records import Chat

    now = datetime.now(UTC)

    def chat(until_: datetime | None, kind: str | None, count: int | None, visitor: datetime | None = now) -> Chat:
        return Chat("wechat", "wx:x", "x", "wx:x", "zh", 0, visitor, None, None, None, None, until_, kind, count)

    later = now + timedelta(seconds=30)
    table = [
        (chat(later, "message", 5), False, 4), (chat(later, "message", 5), True, 5), (chat(later, "message", 1), False, 0),
        (chat(later, "message", 1), True, 1), (chat(later, "message", 0), True, 0), (chat(later, "event", 3), False, 3),
        (chat(now - timedelta(seconds=1), "message", 5), True, 0), (chat(None, None, None), False, 4),
        (chat(None, None, None, now - timedelta(hours=49)), True, 0), (chat(None, None, None, None), True, 5),
    ]  # fmt: skip
    assert [quota.left(one, now, staff=staff) for one, staff, _ in table] == [expected for *_, expected in table]
