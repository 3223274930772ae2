"""Fills a notice in: subject, plain text and HTML, without a picture, a font or a link to anybody else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import DictLoader, Environment, StrictUndefined

from bot.handoff.mail import Content
from bot.replies.notices.texts import COLON, FOOTERS, LANGUAGE_NAMES, NOTICES, ORGANISATION, Notice, Paragraph
from bot.replies.problems import LANGUAGES

_LAYOUTS = {
    "text": """\
{% for paragraph in paragraphs %}{{ paragraph.text }}

{% endfor %}{{ link }}{{ colon }}
{{ address }}

{{ organisation }}
-- 
{{ footer }}
""",
    "html": """\
<!DOCTYPE html>
<html lang="{{ language }}">
<head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em; margin: 1em; color: #1a1a1a; background: #ffffff">
{% for paragraph in paragraphs %}{% if paragraph.quoted %}\
<blockquote style="margin: 1em 0; padding-left: 1em; border-left: 3px solid #666666; white-space: pre-line">\
{{ paragraph.text }}</blockquote>
{% else %}<p>{{ paragraph.text }}</p>
{% endif %}{% endfor %}<p><a href="{{ address }}" style="color: #00408a">{{ link }}</a><br>{{ address }}</p>
<p>{{ organisation }}</p>
<p style="font-size: small; color: #555555">{{ footer }}</p>
</body>
</html>
""",
}  # fmt: skip
_TRIMMED = {"keep_trailing_newline": True, "undefined": StrictUndefined}


class UnknownNotice(Exception):
    """There is no such notice, or a value that it cannot do without is missing; the text says which."""


class Notices:
    """Composes mails whose links lead to `public_address`."""

    def __init__(self, public_address: str) -> None:
        self._address = public_address.rstrip("/")
        loader = DictLoader(_LAYOUTS)
        self._plain = Environment(loader=loader, autoescape=False, **_TRIMMED)  # type: ignore[arg-type]  # noqa: S701
        self._template = cache(self._plain.from_string)
        self._html = Environment(loader=loader, autoescape=True, **_TRIMMED)  # type: ignore[arg-type]

    def compose(self, template: str, language: str, params: Mapping[str, Any]) -> Content:
        """The mail in one language; English for one we do not write. Raises UnknownNotice.

        A value may be a text, a number, or one text per language. `path` (beginning with one slash) replaces where the
        link leads.
        """
        notice = NOTICES.get(template)
        if notice is None:
            raise UnknownNotice(template)
        language = language if language in LANGUAGES else "en"
        values = {key: worded for key, value in params.items() if (worded := _worded(value, language))}
        missing = notice.required - set(values)
        if missing:
            raise UnknownNotice(f"{template} without {', '.join(sorted(missing))}")
        if values.get("visitor_language") in LANGUAGE_NAMES:
            values["visitor_language"] = LANGUAGE_NAMES[values["visitor_language"]][language]
        page: dict[str, Any] = {
            "language": language,
            "subject": self._fill(notice.subject[language], values),
            "paragraphs": [self._paragraph(p, language, values) for p in notice.paragraphs if not p.needs or p.needs in values],
            "link": notice.link[language],
            "colon": COLON[language],
            "address": self._address + _path(notice, values),
            "organisation": ORGANISATION[language],
            "footer": FOOTERS[notice.footer][language],
        }  # fmt: skip
        text = self._plain.get_template("text").render(page)
        return Content(page["subject"], text, self._html.get_template("html").render(page))

    def _paragraph(self, paragraph: Paragraph, language: str, values: Mapping[str, str]) -> dict[str, Any]:
        return {"text": self._fill(paragraph.text[language], values), "quoted": paragraph.quoted}

    def _fill(self, source: str, values: Mapping[str, str]) -> str:
        # Our own words are the template, a visitor's only ever a value; the HTML layout escapes what comes of it.
        return self._template(source).render(values)


def _worded(value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        value = value.get(language) or value.get("en") or ""
    # Half a surrogate pair is no character, and neither a mail nor an address can hold it.
    return "" if value is None else str(value).encode("utf-8", "replace").decode().strip()


def _path(notice: Notice, values: Mapping[str, str]) -> str:
    own = values.get("path", "")
    if own.startswith("/") and not own.startswith("//"):
        return quote(own, safe="/?&=#%-._~")
    return notice.path.format_map({key: quote(value, safe="") for key, value in values.items()})
