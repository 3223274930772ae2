"""Makes pages: one template environment, one set of headers; everything in a page is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from bot.common.look import LOOK
from bot.desk.accounts import DESK_LANGUAGES
from bot.desk.sessions import StaffSession
from bot.handoff.hours import HOME
from bot.replies import desk_times
from bot.replies.desk import words

FOLDER = Path(__file__).resolve().parent
STATIC = "/desk/static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types desk"
    ),
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def page(
    request: Request, template: str, session: StaffSession | None, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A whole page in the language of the session, or without one in that of `language_of`."""
    html = fragment(request, template, session, **values)
    language = session.language if session else language_of(request)
    return HTMLResponse(html, status, headers=SECURITY | {"Content-Language": language})


def fragment(request: Request, template: str, session: StaffSession | None, **values: Any) -> str:
    """The text of a template."""
    language = session.language if session else language_of(request)
    now = datetime.now(UTC).astimezone(HOME)
    common: Mapping[str, Any] = {
        "t": words(language),
        "language": language,
        "languages": DESK_LANGUAGES,
        "session": session,
        "me": session.account if session else None,
        "csrf": session.csrf if session else "",
        "static": STATIC,
        "path": request.url.path,
        "moment": lambda at: desk_times.moment(at.astimezone(HOME), now, language),
        "duration": partial(desk_times.duration, language=language),
        "organisation": words(language)["organisation"],
    }
    return _environment().get_template(template).render(common, **values)


def language_of(request: Request) -> str:
    """What a page is shown in before anybody is logged in: `?lang=`, else what the browser asks for, else German."""
    asked = request.query_params.get("lang")
    if asked in DESK_LANGUAGES:
        return str(asked)
    tags = request.headers.get("accept-language", "")[:200].lower().split(",")
    wanted = (tag.split(";")[0].strip().split("-")[0] for tag in tags)
    return next((code for code in wanted if code in DESK_LANGUAGES), DESK_LANGUAGES[0])


def static_file(name: str) -> Response | None:
    """A stylesheet or script of the desk; None for anything else."""
    path = _static_files().get(name)
    if path is None:
        return None
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, headers=headers, media_type=_TYPES[path.suffix])


@cache
def _static_files() -> dict[str, Path]:
    return {
        path.name: path for folder in (LOOK, FOLDER / "static") for path in folder.iterdir() if path.suffix in _TYPES
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
