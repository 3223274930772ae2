"""What a question shuts out: "not Luzhou, the other twin towns", "weder deutsch noch chinesisch", "除了泸州"."""

from __future__ import annotations

import re

_SMALL = r"(?:in|of|from|with|about|the|a|mit|aus|von|um|der|die|das|den|dem|uber|bei|only|nur|just|one)"
_NEGATED = re.compile(
    r"\b(?:not|nicht|ohne|ausser|except(?: for)?|besides|apart from|aside from|other than|instead of|rather than|statt|abgesehen von"
    rf"|leaving out|excluding|without)(?: {_SMALL})* (?P<what>[^\W_]+(?: (?:or|and|und|oder) (?:{_SMALL} )*[^\W_]+)?)(?: ones?\b)?"
    rf"|\b(?:neither|weder)(?: {_SMALL})* (?P<first>[^\W_]+) (?:nor|noch)(?: {_SMALL})* (?P<second>[^\W_]+)"
)
_HAN_NEGATED = re.compile(
    r"(?:除了|除开|别说|不要|不是|不算|不在|不包括|除|而非)(?P<what>[^ 还有哪]{1,10}?)(?:之外|以外|外|的|那个|那所| |(?=还)|(?=有)|(?=哪)|$)"
)
# "isn't it", "not only": these negate nothing that could be left out.
_NO_EXCLUSION = re.compile(
    r"\b(?:isn t|aren t|wasn t|doesn t|don t|nicht wahr|not (?:only|just|sure|yet|true|that|the same)|nicht (?:nur|mehr|so|dass|wahr))\b|not asking|nicht (?:gefragt|nach)|是不是|不是吗|不是问|不是想问"
)


def spans(folded: str) -> list[tuple[int, int]]:
    """(start, end) of each stretch of a folded text that is shut out."""
    blind = _NO_EXCLUSION.sub(lambda match: "_" * len(match.group()), folded)
    return [match.span() for pattern in (_NEGATED, _HAN_NEGATED) for match in pattern.finditer(blind)]


def positive(folded: str) -> str:
    """The folded text without what is shut out."""
    for start, end in sorted(spans(folded), reverse=True):
        folded = f"{folded[:start]} {folded[end:]}"
    return " ".join(folded.split())
