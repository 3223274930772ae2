"""The options of `knowledge add` and `knowledge change`, one per field of each type of row."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from bot.partners.editing.rows import COLUMNS, Type, Value, is_list

SINGULAR = {
    "aliases": "alias", "labels": "label", "descriptions": "description", "sectors": "sector",
    "organisations": "organisation", "variants": "variant", "languages": "language",
}  # fmt: skip
LANGUAGE = {"en": "English", "de": "German", "zh": "Chinese"}
HELP = {
    "names": "Official name in {}.", "labels": "How we call it in {} where it has no established name.",
    "aliases": "Another name in {}.", "descriptions": "A way to speak of it in {} that is no name.",
    "role": "What it does for the Centre, in {}.", "text": "The statement in {}.",
    "asked": "A question in {} that this answers.",
    "kind": "What it is: company, university, city, twin_city, visit ...",
    "part": "centre, carrier, partner, network or other (the default).", "city": "In English, as lists filter by it.",
    "country": "In English, as lists filter by it.", "sectors": "What it works on.",
    "organisations": "Id of an organisation that works on it, most responsible first.", "record": "Id it is about.",
    "source": "Id of the page that says so.", "as_of": "The day it is about: 2026, 2026-03 or 2026-03-15.",
    "confidence": "seed (the Centre's own word), official (the default) or press.",
    "variants": "A word shared by facts on which sources disagree.", "from": "Id.", "to": "Id.",
    "date": "2026, 2026-03 or 2026-03-15.", "published": "The page's own date.", "language": "en, de or zh.",
    "languages": "A language it speaks: en, de or zh (default: all).", "answers_for": "Id of what it answers for.",
    "organisation": "Id of the organisation it belongs to.",
}  # fmt: skip


def option_of(field: str) -> str:
    """The option that sets a field: names.en -> --en, aliases.de -> --alias-de, as_of -> --as-of."""
    stem, _, language = field.partition(".")
    if language and stem in ("names", "text"):
        return f"--{language}"
    return "--" + "-".join(filter(None, [SINGULAR.get(stem, stem).replace("_", "-"), language]))


def taking_fields(type_: Type, run: Callable[..., None], doc: str, *fixed: inspect.Parameter) -> Callable[..., None]:
    """A command that calls `run(fields, **fixed)`; `fields` holds what was given, None or () for what is cleared."""

    def command(**given: Any) -> None:
        fields: dict[str, Value | None] = {}
        for field in COLUMNS[type_]:
            value = given.pop(_name(field))
            if is_list(field) and value:
                fields[field] = tuple(filter(None, value))
            elif not is_list(field) and value is not None:
                fields[field] = value or None
        run(fields, **given)

    options = [
        inspect.Parameter(
            _name(field),
            inspect.Parameter.KEYWORD_ONLY,
            default=typer.Option(None, option_of(field), help=_help(field), show_default=False),
            annotation=list[str] | None if is_list(field) else str | None,
        )
        for field in COLUMNS[type_]
    ]
    command.__signature__ = inspect.Signature([*fixed, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {}
    command.__doc__ = doc
    return command


def _name(field: str) -> str:
    return f"field_{field.replace('.', '_')}"


def _help(field: str) -> str:
    stem, _, language = field.partition(".")
    text = HELP.get(stem, "").format(LANGUAGE.get(language, ""))
    return f"{text} May be repeated." if is_list(field) else text
