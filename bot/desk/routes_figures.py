"""The page of figures, with plots that an office can print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import dropwhile

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from bot.desk import labels, listing, pages
from bot.desk.doors import DeskRoute, gateway_of, who
from bot.desk.figures import SPANS, Figures, Group, figures
from bot.desk.plots import Plot, plot
from bot.desk.routes_cases import handoff_data
from bot.desk.sessions import utc_now
from bot.handoff.hours import HOME
from bot.replies.desk import words
from bot.replies.desk_times import duration

router = APIRouter(route_class=DeskRoute, include_in_schema=False)


@router.get("/desk/figures")
async def show_figures(request: Request, weeks: int = SPANS[1]) -> Response:
    """Waiting and answering times, ratings and the assistant's share, by week, desk and language."""
    session = await who(request)
    gateway, now = gateway_of(request), utc_now()
    data, span = handoff_data(gateway.settings.handoff_dir), weeks if weeks in SPANS else SPANS[1]

    def work(db: Connection) -> tuple[Figures, Mapping[str, str], int]:
        found = figures(db, data, HOME, span, now)
        names = {desk.id: desk.name(session.language) for desk in labels.desks(db)}
        return found, names, listing.count_waiting(db, session.account)

    found, desk_names, waiting = await gateway.db.read(work)
    return pages.page(
        request, "figures.html", session, figures=found, desk_names=desk_names, waiting=waiting, spans=SPANS,
        span=span, plots=_plots(found.weeks, session.language), day=_day, weeks=_since_first(found.weeks),
    )  # fmt: skip


def _since_first(weeks: tuple[Group, ...]) -> tuple[Group, ...]:
    """Without the weeks before anything happened, which only make paper long; the last one at least."""
    return tuple(dropwhile(lambda week: not (week.cases or week.talks), weeks)) or weeks[-1:]


def _plots(weeks: tuple[Group, ...], language: str) -> dict[str, Plot]:
    t, names = words(language), [_day(week.key) for week in weeks]
    minutes = [week.to_answer.total_seconds() / 60 if week.to_answer is not None else None for week in weeks]
    spoken = [duration(week.to_answer, language) if week.to_answer is not None else t["no_value"] for week in weeks]
    shares = [week.share * 100 if week.share is not None else None for week in weeks]
    return {
        "plot_cases": plot([week.cases or None for week in weeks], names, [str(week.cases) for week in weeks]),
        "plot_answer": plot(minutes, names, spoken),
        "plot_share": plot(
            shares, names, [t["no_value"] if one is None else f"{one:.0f} %" for one in shares], unit=" %", most=100
        ),
    }


def _day(week: str) -> str:
    """ "23.11." for the Monday of a week."""
    monday = date.fromisoformat(week)
    return f"{monday.day}.{monday.month}."
