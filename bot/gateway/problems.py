"""RFC 9457 problem details: every refusal has a stable code and a text in the visitor's language."""

import json
from http import HTTPStatus

from starlette.responses import Response

from bot.replies.problems import LANGUAGES, problem_status, problem_text

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal that the visitor is told about; `code` is a key of bot.replies.problems.PROBLEMS."""

    def __init__(self, code: str, *, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


def problem_response(code: str, language: str, *, retry_after: int | None = None, close: bool = False) -> Response:
    """The response for a problem code; `close` ends the connection because its body was not read."""
    status = problem_status(code)
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if close:
        headers["Connection"] = "close"
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": problem_text(code, language),
        "code": code,
    }
    return Response(json.dumps(body, ensure_ascii=False), status, headers=headers, media_type=MEDIA_TYPE)


def preferred_language(accept_language: str | None) -> str:
    """The best of our languages in an Accept-Language header (RFC 9110 weights), else English."""
    best, best_weight = "en", 0.0
    for part in (accept_language or "")[:200].split(","):
        tag, _, parameter = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and best_weight < weight <= 1.0:
            best, best_weight = language, weight
    return best
