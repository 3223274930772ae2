"""The page around the chat, and the files of both: everything comes from here."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter, FastAPI, Query, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from bot.channels.web import explore
from bot.channels.web.assets import STATIC_PATH, Assets, read_assets
from bot.gateway.problems import preferred_language
from bot.replies.greeting import chat_notice
from bot.replies.problems import LANGUAGES
from bot.replies.web_page import WEB_PAGE
from bot.settings import Settings

FOLDER = Path(__file__).resolve().parent

router = APIRouter(include_in_schema=False)


def add_pages(app: FastAPI, settings: Settings) -> None:
    """Pack and compress the files, and serve them and the page."""
    app.state.assets = read_assets(settings)
    app.include_router(router)
    app.include_router(explore.router)


def _assets(request: Request) -> Assets:
    assets: Assets = request.app.state.assets
    return assets


@cache
def _template():  # type: ignore[no-untyped-def]
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]))
    return environment.get_template("page.html")


@router.get("/")
async def show_page(request: Request, lang: str | None = Query(None, max_length=35)) -> HTMLResponse:
    """The page in the language asked for; it carries all three so that switching needs no request."""
    language = lang if lang in LANGUAGES else preferred_language(request.headers.get("accept-language"))
    settings = request.app.state.gateway.settings
    html = _template().render(
        language=language,
        texts=WEB_PAGE,
        notice=chat_notice(language, settings.retention_days, settings.insights_days),
        static=_assets(request).folder,
        privacy_url=settings.privacy_url,
    )
    return HTMLResponse(
        html, headers={"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
    )


@router.get("/widget.js")
async def widget_entry(request: Request) -> Response:
    """The line on other websites: `<script type="module" src=".../widget.js">`."""
    return _assets(request).entry()


@router.get(STATIC_PATH + "/{version}/{name}")
async def static_file(request: Request, version: str, name: str) -> Response:
    """One file."""
    found = _assets(request).respond(version, name, request.headers)
    if found is None:
        raise HTTPException(404)
    return found
