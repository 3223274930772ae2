"""The ways one stored name may be written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.common.text import fold, strip_legal_form
from bot.partners.mention_signs import has_legal_form
from bot.partners.records import Name

ARTICLES = ("the ", "der ", "die ", "das ", "den ", "dem ", "des ", "your ", "euer ", "ihr ")


def spellings(name: Name, *, organisation: bool) -> Iterable[str]:
    """The name as it is, and without its article, without what stands in brackets, without its legal form."""
    yield name.folded
    if name.kind == "description":
        for article in ARTICLES:
            if name.folded.startswith(article):
                yield name.folded[len(article) :]
    if name.kind == "official" and "(" in name.text:
        outside = fold(re.sub(r"\([^)]*\)", " ", name.text))
        if outside:
            yield outside
    if organisation and name.kind in ("official", "alias") and has_legal_form(name.folded):
        shorter = strip_legal_form(name.folded)
        if name.folded.startswith(shorter.split()[0]):  # "AG Herne" is not called Herne
            yield shorter
