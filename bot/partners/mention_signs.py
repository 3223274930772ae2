"""Signs that a common word is meant as a name: a legal form, "the company ...", quotation marks, nothing else said."""

from __future__ import annotations

import re

from bot.common.text import LEGAL_FORMS, fold

BEFORE = re.compile(
    r"(?:\b(?:company|firm|business|enterprise|supplier|manufacturer|member|firma|unternehmen|betrieb|gesellschaft|"
    r"mitglied|anbieter|hersteller|named|called|namens|heisst|genannt)|公司|企业|会员|名叫|名为)"
    r"(?: (?:the|die|der|das|named|called|namens))? ?$"
)
FORMS = "|".join([*sorted(LEGAL_FORMS, key=len, reverse=True), "e v", "g gmbh", "m b h", "a g"])
AFTER = re.compile(rf" ?(?:(?:{FORMS})\b|公司|集团|有限|股份)")
WITHIN = re.compile(rf"\b(?:{FORMS})\b|公司$")
QUOTED = re.compile(r"[\"“”„‟«»‹›「『《‚‘](.{1,80}?)[\"“”„‟«»‹›」』》’‘]")


def is_signed(folded: str, start: int, end: int, written: str = "") -> bool:
    """Whether anything around the span of a folded text says that it is a name; `written` is the text as typed."""
    if not folded[:start].strip() and not folded[end:].strip():
        return True
    if BEFORE.search(folded[:start]) or AFTER.match(folded, end):
        return True
    return any(fold(quoted) == folded[start:end] for quoted in QUOTED.findall(written))


def has_legal_form(folded: str) -> bool:
    """Whether a folded name may contain GmbH, e.V., Ltd, 有限公司 or the like."""
    return WITHIN.search(folded) is not None
