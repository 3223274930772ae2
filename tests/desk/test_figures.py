"""Figures are those of the cases and conversations there are."""
# ruff: noqa: F811 (fixtures)

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from bot.desk.figures import figures
from bot.desk.plots import HEIGHT, TOP, plot, round_up
from bot.gateway.tables import chat_session
from bot.handoff.ratings import rate
from bot.handoff.routing import HandoffData
from bot.handoff.tables import handoff_case
from bot.replies.desk import words
from bot.store import Store
from tests.handoff.conftest import MONDAY, Open, data, open_, start_conversation, store, vault  # noqa: F401

from .conftest import Person

BERLIN = ZoneInfo("Europe/Berlin")


def set_case(store: Store, number: str, **values: object) -> None:
    store.write(lambda db: db.execute(update(handoff_case).where(handoff_case.c.number == number).values(**values)))


def test_times_are_medians_in_office_hours_and_shares_count_conversations(
    store: Store,
    data: HandoffData,
    open_: Open,
) -> None:
    """Opened at ten in Herne; of two claimed after 30 and 60 minutes the median lies between."""
    for name in ("two", "three", "four"):
        start_conversation(store, f"web:{name}")
    store.write(lambda db: db.execute(update(chat_session).values(created_at=MONDAY)))
    first, second = open_().case, open_("m-2", "web:two", language="zh").case
    half, hour = MONDAY + timedelta(minutes=30), MONDAY + timedelta(minutes=60)
    set_case(store, first.number, claimed_at=half, first_answer_at=hour)
    set_case(store, second.number, claimed_at=hour, state="closed", closed_at=hour)
    assert store.write(lambda db: rate(db, "web:two", second.number, 1))
    found = store.read(lambda db: figures(db, data, BERLIN, 4, MONDAY + timedelta(days=1)))
    total = found.total
    assert (total.cases, total.talks, total.alone, total.share) == (2, 4, 2, 0.5)
    assert (total.to_claim, total.to_answer) == (timedelta(minutes=45), timedelta(minutes=60))
    assert (total.best, total.fair, total.poor) == (1, 0, 0)
    assert [week.key for week in found.weeks] == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]
    assert [week.cases for week in found.weeks] == [0, 0, 0, 2]
    assert found.weeks[0].share is None and found.weeks[0].to_claim is None
    assert [(one.key, one.cases) for one in found.languages] == [("de", 1), ("zh", 1)]
    assert sum(one.cases for one in found.desks) == 2


def test_what_is_older_than_the_period_does_not_count(store: Store, data: HandoffData, open_: Open) -> None:
    case = open_().case
    set_case(store, case.number, opened_at=MONDAY - timedelta(weeks=4))
    found = store.read(lambda db: figures(db, data, BERLIN, 4, MONDAY))
    assert found.total.cases == 0


def test_a_conversation_without_a_question_is_none(store: Store, data: HandoffData) -> None:
    row = {
        "conversation": "web:silent", "channel": "web", "language": "en", "state": "bot", "last_position": 0,
        "created_at": MONDAY, "expires_at": MONDAY,
    }  # fmt: skip
    store.write(lambda db: db.execute(update(chat_session).values(created_at=MONDAY)))
    store.write(lambda db: db.execute(insert(chat_session).values(row)))
    found = store.read(lambda db: figures(db, data, BERLIN, 4, MONDAY))
    assert [(one.key, one.talks) for one in found.languages] == [("de", 1)]


def test_the_tallest_bar_stays_below_the_top_of_the_scale() -> None:
    drawn = plot([None, 3, 8.5], ["a", "b", "c"], ["–", "3", "8.5"])
    assert drawn.bars[0].height == 0
    assert min(bar.y for bar in drawn.bars) >= TOP
    assert all(bar.y + bar.height <= HEIGHT for bar in drawn.bars)
    assert [mark.name for mark in drawn.marks] == ["0", "5", "10"]
    assert plot([None], [""], [""]).empty


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (2, 2), (3, 4), (5, 10), (11, 20), (21, 40), (41, 100), (750, 1000)]
)
def test_scales_end_at_round_numbers(value: float, top: float) -> None:
    assert round_up(value) == top


def test_the_page_has_a_table_with_each_plot(come: Callable[[str], Person]) -> None:
    page = come("wei").page("/figures", weeks=4)
    assert page.count("<table") == 3
    for key in ("by_week", "by_desk", "by_language", "plot_cases", "plot_answer", "plot_share"):
        assert words("de")[key] in page
    assert come("wei").get("/figures", weeks=9999).status_code == 200
