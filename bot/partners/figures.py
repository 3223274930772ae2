"""Figures in text as values, so that "30,000", "30.000", "3万" and "thirty thousand" can be compared."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
HAN_LARGE = {"万": 10_000.0, "亿": 100_000_000.0}
SCALES = {
    "thousand": 1e3, "tausend": 1e3, "million": 1e6, "millions": 1e6, "millionen": 1e6, "mio": 1e6,
    "billion": 1e9, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9, "trillion": 1e12, "billionen": 1e12,
}  # fmt: skip
WORDS = {
    w: n
    for n, ws in enumerate(
        [
            "one/ein/eins/eine",
            "two/zwei",
            "three/drei",
            "four/vier",
            "five/fünf/fuenf",
            "six/sechs",
            "seven/sieben",
            "eight/acht",
            "nine/neun",
            "ten/zehn",
            "eleven/elf",
            "twelve/zwölf/zwoelf/dozen/dutzend",
        ],
        start=1,
    )
    for w in ws.split("/")
    if w not in {"one", "ein", "eine", "eins"}
}
TENS = {
    w: (n + 2) * 10
    for n, ws in enumerate(
        [
            "twenty/zwanzig", "thirty/dreißig/dreissig", "forty/vierzig", "fifty/fünfzig/fuenfzig", "sixty/sechzig",
            "seventy/siebzig", "eighty/achtzig", "ninety/neunzig",
        ]
    )
    for w in ws.split("/")
}  # fmt: skip
WORDS |= TENS
NUMBER = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?")
SCALED = re.compile(r"[\s\u00a0-]*([a-zäöüA-ZÄÖÜ]+|[万亿])")
HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千]+[万亿]?")
YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")

MONTHS = (
    r"\bjan\w*|(?<!\d)1月", r"\bfeb\w*|(?<!\d)2月", r"\bmar\w*|\bmrz|(?<!\d)3月", r"\bapr\w*|(?<!\d)4月",
    r"\bma[yi]\b|(?<!\d)5月", r"\bjun\w*|(?<!\d)6月", r"\bjul\w*|(?<!\d)7月", r"\baug\w*|(?<!\d)8月",
    r"\bsep\w*|(?<!\d)9月", r"\bo[ck]t\w*|10月", r"\bnov\w*|11月", r"\bde[cz]\w*|12月",
)  # fmt: skip
_MONTH = "|".join(
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December", "Januar", "Februar", "März", "Mai", "Juni", "Juli", "Oktober", "Dezember"]
)  # fmt: skip
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}\.?(?: (?:to|and|bis|und) | ?[-–] ?))?\d{{1,2}}\.? (?:{_MONTH})\b|(?:\d{{1,2}}月)?\d{{1,2}}日|\d{{1,2}}月|\b[A-Z]\w+ \d\.\d\b"
)
REMEMBERED = 20_000  # sentences of facts


def figures(text: str) -> frozenset[float]:
    """All figures written in digits, small number words and Chinese numerals, as values (万 = 10,000)."""
    found: set[float] = set()
    for match in NUMBER.finditer(text):
        value = _value(match.group())
        rest = SCALED.match(text, match.end())
        word = rest.group(1).casefold() if rest else ""
        if text[match.end() : match.end() + 2] == "万亿":
            value *= 1e12
        elif word[:1] in HAN_LARGE:
            value *= HAN_LARGE[word[:1]]
        elif word in SCALES:
            value *= SCALES[word]
        found.add(round(value, 4))
    for match in HAN_NUMBER.finditer(text):
        number = _han(match.group())
        if number is not None and (number >= 2 or len(match.group()) > 1):
            found.add(number)
    words = re.findall(r"[^\W\d_]+", text.casefold())
    for word, after in pairwise([*words, ""]):
        if word in WORDS:
            found.add(WORDS[word] * SCALES.get(after, 1.0))
    return frozenset(found)


def years(text: str) -> frozenset[int]:
    """Years 1500-2099 in the text."""
    return frozenset(int(y) for y in YEAR.findall(text))


@lru_cache(maxsize=REMEMBERED)
def counts_something(text: str) -> bool:
    """Whether a sentence has a figure that is no date: "from 17 to 22 September 2019" counts nothing."""
    without = _DATE.sub(" ", text)
    return bool(figures(without) - {float(year) for year in years(without)})


def month_in(folded: str) -> int:
    """The month (1 to 12) that a folded text names first by the calendar; 0 without one."""
    return next((number for number, words in enumerate(MONTHS, start=1) if re.search(words, folded)), 0)


def _value(digits: str) -> float:
    groups = re.split(r"[.,\u00a0\u202f ]", digits)
    if len(groups) > 1 and all(len(g) == 3 for g in groups[1:]) and len(groups[0]) <= 3:
        return float("".join(groups))
    if len(groups) == 2:
        return float(f"{groups[0]}.{groups[1]}")
    return float("".join(groups[:-1]) + "." + groups[-1]) if len(groups) > 2 else float(digits)


def _han(text: str) -> float | None:
    scale = HAN_LARGE.get(text[-1], 1.0)
    body = text[:-1] if text[-1] in HAN_LARGE else text
    if not body:
        return None
    if all(c in HAN_DIGITS for c in body):
        return float("".join(str(HAN_DIGITS[c]) for c in body)) * scale
    total, current = 0, 0
    for c in body:
        if c in HAN_DIGITS:
            current = HAN_DIGITS[c]
        else:
            total += (current or 1) * HAN_UNITS[c]
            current = 0
    return float(total + current) * scale
