"""The list of cases and what keeps it, and the number in the title, up to date."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import cache, partial
from pathlib import Path

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import HTMLResponse, JSONResponse

from bot.desk import labels, listing, pages
from bot.desk.doors import DeskRoute, LoginNeeded, gateway_of, see_other, who
from bot.desk.listing import Filters, Listing
from bot.desk.sessions import StaffSession, utc_now
from bot.gateway.problems import Problem
from bot.handoff.numbers import read_number
from bot.handoff.routing import HandoffData, read_handoff
from bot.handoff.vault import Vault
from bot.partners.records import Desk

PING_SECONDS = 15

router = APIRouter(route_class=DeskRoute, include_in_schema=False)


@cache
def handoff_data(folder: Path) -> HandoffData:
    """Offices and routing, read once."""
    return read_handoff(folder)


@router.get("/desk/cases")
async def show_cases(request: Request) -> Response:
    """The list; the number of a case as the only search leads to it at once."""
    session = await who(request)
    filters = Filters.of(dict(request.query_params))
    found, desks, waiting = await _read(request, session, filters)
    if read_number(filters.search) and len(found.lines) == 1:
        return see_other(f"/desk/cases/{found.lines[0].case.number}")
    return pages.page(
        request, "cases.html", session, filters=filters, found=found, desks=desks, waiting=waiting
    )  # fmt: skip


@router.get("/desk/cases/list")
async def show_list(request: Request) -> Response:
    """The lines alone, for a page that brings itself up to date."""
    session = await who(request, present=False)
    filters = Filters.of(dict(request.query_params))
    found, _, waiting = await _read(request, session, filters)
    html = pages.fragment(request, "case_list.html", session, filters=filters, found=found)
    return HTMLResponse(html, headers=pages.SECURITY | {"X-Waiting": str(waiting)})


@router.get("/desk/pulse")
async def pulse(request: Request) -> Response:
    """How many wait, for pages whose events do not come through."""
    session = await who(request, present=False)
    waiting = await gateway_of(request).db.read(partial(listing.count_waiting, account=session.account))
    return JSONResponse({"waiting": waiting}, headers={"Cache-Control": "no-store"})


@router.get("/desk/events")
async def events(request: Request) -> EventSourceResponse:
    """Server-sent events: `changed` with the number of waiting cases whenever any case changes, `over` at the end of the
    login."""
    await who(request, present=False)
    return EventSourceResponse(_changes(request), ping=PING_SECONDS, headers={"X-Accel-Buffering": "no"})


async def _changes(request: Request) -> AsyncIterator[ServerSentEvent]:
    gateway = gateway_of(request)
    async for number in gateway.staff.watch():
        try:
            session = await who(request, present=False)
            waiting = await gateway.db.read(partial(listing.count_waiting, account=session.account))
        except LoginNeeded:
            yield ServerSentEvent("{}", event="over")
            return
        except Problem:
            continue  # the database is away; the next change tells all
        yield ServerSentEvent(json.dumps({"waiting": waiting}), event="changed", id=str(number))


async def _read(request: Request, session: StaffSession, filters: Filters) -> tuple[Listing, tuple[Desk, ...], int]:
    gateway, now = gateway_of(request), utc_now()
    data, vault = handoff_data(gateway.settings.handoff_dir), Vault.of(gateway.settings)

    def work(db: Connection) -> tuple[Listing, tuple[Desk, ...], int]:
        found = listing.list_for(db, session.account, filters, data, vault, language=session.language, now=now)
        return found, labels.desks(db), listing.count_waiting(db, session.account)

    return await gateway.db.read(work)
