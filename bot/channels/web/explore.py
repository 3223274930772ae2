"""`/explore`: the timeline of the twin towns and the map of partners, drawn on the server from the partner database."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Query, Request
from jinja2 import Environment, FileSystemLoader, Template, select_autoescape
from starlette.responses import HTMLResponse, JSONResponse

from bot.channels.web.explore_data import Picture, read_picture
from bot.channels.web.explore_drawing import AXIS, BOX_HEIGHT, WIDTH, place_dots, place_network
from bot.channels.web.explore_small import small_picture
from bot.gateway.problems import Problem, preferred_language
from bot.partners.records import Fact, Record
from bot.replies.dates import date_text
from bot.replies.problems import LANGUAGES
from bot.replies.web_page import WEB_PAGE
from bot.replies.web_page_explore import EXPLORE, link_kind

FOLDER = Path(__file__).resolve().parent

router = APIRouter(include_in_schema=False)


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]))
    return environment.get_template("explore.html")


@router.get("/explore")
async def explore(request: Request, lang: str | None = Query(None, max_length=35)) -> HTMLResponse:
    """Both pictures and all they show in words, in the language asked for."""
    language = lang if lang in LANGUAGES else preferred_language(request.headers.get("accept-language"))
    picture = await _picture(request)
    html = _template().render(**_shown(picture, language), static=request.app.state.assets.folder)
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
    return HTMLResponse(html, headers=headers)


@router.get("/api/pictures/{name}")
async def small(request: Request, name: str, lang: str | None = Query(None, max_length=35)) -> JSONResponse:
    """One picture as the chat draws it; it holds nothing that is not on the page."""
    language = lang if lang in LANGUAGES else preferred_language(request.headers.get("accept-language"))
    picture = await _picture(request)
    found = small_picture(name, picture, language, partial(_town, picture, language=language))
    if found is None:
        raise Problem("not_found")
    return JSONResponse(found, headers={"Content-Language": language})


async def _picture(request: Request) -> Picture:
    """What the database holds now, read again only after a change."""
    state, gateway = request.app.state, request.app.state.gateway
    before: Picture | None = getattr(state, "picture", None)
    found: Picture = await gateway.db.read(partial(read_picture, folder=gateway.settings.knowledge_dir, before=before))
    state.picture = found
    return found


def _town(picture: Picture, record: Record, language: str) -> str:
    """The town, else the country."""
    group, key = ("cities", record.city) if record.city else ("countries", record.country or "")
    return picture.vocabulary.label(group, key, language=language)


def _shown(picture: Picture, language: str) -> dict[str, Any]:
    """What the template needs."""
    labels = partial(picture.vocabulary.label, language=language)
    dots, years = place_dots(picture.timeline)
    town_of = partial(_town, picture, language=language)
    return {
        "language": language,
        "languages": {code: WEB_PAGE[code]["language_name"] for code in LANGUAGES},
        "page": WEB_PAGE[language],
        "texts": EXPLORE[language],
        "picture": picture,
        "dots": dots,
        "years": years,
        "network": place_network(picture, language, town_of),
        "axis": AXIS,
        "width": WIDTH,
        "box_height": BOX_HEIGHT,
        "kind": partial(link_kind, language=language),
        "kind_of_record": lambda record: labels("kinds", record.kind),
        "town_of": town_of,
        "date": partial(date_text, language=language),
        "said": partial(_said, language=language),
    }


def _said(fact: Fact | None, language: str) -> dict[str, Any] | None:
    """A fact's sentence, the language it is in, and where it comes from."""
    if fact is None:
        return None
    text, written_in = fact.in_language(language)
    return {"text": text, "language": written_in, "source": fact.source, "as_of": fact.as_of or fact.source.published}
