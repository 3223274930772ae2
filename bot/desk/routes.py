"""The desk's router: everything under /desk, for the gateway to include."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.desk import pages, routes_case, routes_cases, routes_figures, routes_login
from bot.desk.doors import DeskRoute, Refusal, see_other

router = APIRouter(route_class=DeskRoute, include_in_schema=False)
router.include_router(routes_login.router)
router.include_router(routes_cases.router)
router.include_router(routes_case.router)
router.include_router(routes_figures.router)


@router.get("/desk")
@router.get("/desk/")
async def start() -> Response:
    """The desk begins with the list."""
    return see_other("/desk/cases")


@router.get("/desk/static/{name}")
async def show_static(name: str) -> Response:
    """Stylesheet and scripts; nothing in them is secret."""
    response = pages.static_file(name)
    if response is None:
        raise Refusal("not_found", 404)
    return response


@router.get("/desk/{rest:path}")
async def show_nothing(request: Request, rest: str) -> Response:
    """An address that leads nowhere."""
    raise Refusal("not_found", 404)
