"""The page with the chat: one template, one stylesheet, one script, all from here."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Query, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from bot.gateway.problems import preferred_language
from bot.replies.greeting import chat_notice
from bot.replies.problems import LANGUAGES
from bot.replies.web_page import WEB_PAGE

FOLDER = Path(__file__).resolve().parent
STATIC_PATH = "/static"

router = APIRouter()


def static_files() -> StaticFiles:
    """The page's stylesheet and script."""
    return StaticFiles(directory=FOLDER / "static")


@cache
def _template():  # type: ignore[no-untyped-def]
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]))
    return environment.get_template("page.html")


@router.get("/", include_in_schema=False)
async def show_page(request: Request, lang: str | None = Query(None, max_length=35)) -> HTMLResponse:
    """The page in the language asked for; it carries all three so that switching needs no request."""
    language = lang if lang in LANGUAGES else preferred_language(request.headers.get("accept-language"))
    settings = request.app.state.gateway.settings
    texts = {
        code: WEB_PAGE[code] | {"notice": chat_notice(code, settings.retention_days, settings.insights_days)}
        for code in LANGUAGES
    }
    html = _template().render(language=language, texts=texts, static=STATIC_PATH, privacy_url=settings.privacy_url)
    return HTMLResponse(
        html, headers={"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
    )
