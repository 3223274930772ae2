"""Takes personal data out of a visitor's words before they are kept; figures, years and dates stay."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.common.person_names import names_in

EMAIL, PHONE, IBAN, IDENTITY, CARD, HANDLE, SECRET, PLACE_OF_URL, NAME, BIRTH = (
    "[email]", "[phone]", "[iban]", "[id]", "[card]", "[handle]", "[secret]", "[…]", "[name]", "[birth date]",
)  # fmt: skip
MARKS = (EMAIL, PHONE, IBAN, IDENTITY, CARD, HANDLE, SECRET, PLACE_OF_URL, NAME, BIRTH)
LONGEST = 2000  # characters; a message is never longer

# Full-width forms, as Chinese keyboards make them, one for one so that positions stay.
_NARROW = str.maketrans(
    {**{i + 0xFEE0: i for i in range(0x30, 0x3A)}, **{i + 0xFEE0: i for i in (*range(0x41, 0x5B), *range(0x61, 0x7B))},
     **{ord(wide): ord(narrow) for wide, narrow in zip("＠＋－．／：＝（）　–‑", "@+-./:=() --", strict=True)}}
)  # fmt: skip

_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'，。、；）】\u4e00-\u9fff]+", re.I)
_URL_TOKEN = re.compile(r"(?=[\w%~-]*\d)(?=[\w%~-]*[a-z])[\w%~-]{16,}|[0-9a-f]{24,}", re.I)
_EMAIL = re.compile(
    r"(?<![a-z0-9_.+%-])[a-z0-9_.+%-]{1,64}\s?(?:@|\(at\)|\[at\]|\{at\}|\(ät\))\s?[a-z0-9äöü-]+(?:\s?(?:\.|\(dot\)|\[dot\]|\(punkt\))\s?[a-z0-9äöü-]{2,})+",
    re.I,
)
_SECRET = re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{32,}\b", re.I)
_SECRET_CUE = re.compile(
    r"(?:\b(?:password|passwort|kennwort|pin|api[ _-]?key|token)\b|密码|口令)\s*(?::|=|is\b|ist\b|lautet\b|是|为)\s*(\S+)",
    re.I,
)
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}(?![a-z0-9])", re.I)
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}[ -]?(?:(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dx]"
    r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![\da-z])",
    re.I,
)
_IDENTITY_CUE = re.compile(
    r"(?:\b(?:passport|(?:reise)?pass|(?:personal)?ausweis|id[ -]?card|steuer-?id)(?:nummer|nr)?\b|护照|身份证|通行证)"
    r"[\s:.]*(?:(?:number|no|nr|nummer|num|is|ist|lautet)\b\.?|号码|号|是|为|[\s:#])*((?=(?:[a-z]*\d){4})[a-z0-9]{6,18})(?![a-z0-9])",
    re.I,
)
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_HANDLE = re.compile(
    r"(?:微信|\bwe-?chat\b|\bwhats-?app\b|\btelegram\b|\bskype\b|\bqq)\s*"
    r"(?:(?:id|number|nr|name|account)\b|号码|号)?\s*(?::|\bis\b|\bist\b|是|为)\s*(@?[a-z0-9][\w.@+-]{3,29})|(?:\bqq|微信)号?\s?(\d{5,12})(?!\d)",
    re.I,
)
_BIRTH = re.compile(
    r"(?:\b(?:born|geboren|geb\.|birth ?date|birthday|geburtsdatum|geburtstag)(?:\s+(?:on|am|is|ist))?\s*:?|出生日期|出生于|生日|生于)[\s:是为]*"
    r"(\d{1,4}\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,4}日?|\d{1,2}\.? [^\W\d_]{3,9},? \d{4}|[^\W\d_]{3,9} \d{1,2},? \d{4})",
    re.I,
)
_MOBILE = re.compile(r"(?<![\d.,])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_SERVICE = re.compile(r"(?<![\d.,])[48]00[ -]\d{3}[ -]?\d{4}(?!\d)|(?<![\d.,])[48]00\d{7}(?!\d)")
_AMERICAN = re.compile(r"(?<![\d.,])(?<!\+\d[ -])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-.]\d{4}(?!\d)")
_DIALLED = re.compile(
    r"(?<![\d.,a-z])(?:\+ ?\(?\d|\(\+\d|\(0|0)(?:[ ()/.-]{0,3}\d){5,16}(?:\s?(?:ext\.?|转|分机)\s?\d{1,5})?(?!\d)",
    re.I,
)
_DATES = re.compile(
    r"\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?(?!\d)|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}(?!\d)|\d{2}[/.]\d{4}(?!\d)"
)
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3} $")  # before it: the figure goes on
_CALL_CUE = re.compile(
    r"(?:\b(?:tel|telefon|telephone|phone|mobile|mobil|mobilfunk|handy|cell|fax|durchwahl|rückruf|call me|ruf\w* mich|rufen sie mich)\b|电话|手机|座机|号码)"
    r"[\s:.,=]*(?:(?:number|nummer|no|nr|is|ist|at|on|under|unter|an|auf|back|zurück|lautet)\b[\s:.]*|号码?|是|为)*"
    r"(\d(?:[ /.()-]{0,2}\d){5,14})(?!\d)",
    re.I,
)

Span = tuple[int, int, str]


def redact(text: str) -> str:
    """`text` with e-mail addresses, telephone, account and identity numbers, handles, secrets, what follows the
    address in a link, and the names people give themselves replaced by marks such as [email]. Idempotent."""
    # Marks that are already there are no words: nothing may be read into them again.
    parts = re.split("(" + "|".join(re.escape(mark) for mark in MARKS) + ")", text[:LONGEST])
    if len(parts) > 1:
        return "".join(part if part in MARKS else _redact(part) for part in parts)
    return _redact(text[:LONGEST])


def has_marks(text: str) -> bool:
    """Whether something was taken out of this text."""
    return any(mark in text for mark in MARKS)


def _redact(text: str) -> str:
    text = _shorten_urls(text)
    for find in FINDERS:
        plain = text.translate(_NARROW)
        for start, end, mark in sorted(find(plain), reverse=True):
            text = text[:start] + mark + text[end:]
    return text


def _shorten_urls(text: str) -> str:
    """Links without user, query and fragment; parts of the path that look like tokens go too."""

    def short(match: re.Match[str]) -> str:
        whole = match.group()
        url = whole.rstrip(".,;:!?)")
        base = re.split(r"[?#]", url, maxsplit=1)[0]
        head, slashes, rest = base.rpartition("://")
        host, slash, path = rest.partition("/")
        host = host.rpartition("@")[2]
        segments = [PLACE_OF_URL if _URL_TOKEN.fullmatch(part) else part for part in path.split("/")]
        cut = PLACE_OF_URL if base != url else ""
        return f"{head}{slashes}{host}{slash}{'/'.join(segments)}{cut}{whole[len(url) :]}"

    return _URL.sub(short, text)


def _whole(pattern: re.Pattern[str], mark: str) -> Callable[[str], list[Span]]:
    return lambda text: [(*m.span(), mark) for m in pattern.finditer(text)]


def _after_cue(pattern: re.Pattern[str], mark: str) -> Callable[[str], list[Span]]:
    """The group that matched, leaving the words before it."""
    return lambda text: [(*m.span(m.lastindex or 0), mark) for m in pattern.finditer(text)]


def _ibans(text: str) -> list[Span]:
    """The part with right check digits; without such a part (a slip of the keyboard) all words with digits."""
    found: list[Span] = []
    for match in _IBAN.finditer(text):
        ends = [m.end() for m in re.finditer(r"[A-Za-z0-9](?=[ -]|$)", match.group())]
        right = [end for end in ends if _is_iban(match.group()[:end])]
        last_digit = max(i for i, c in enumerate(match.group()) if c.isdigit()) + 1
        length = max(right, default=last_digit)
        if right or sum(c.isdigit() for c in match.group()) >= 12:
            found.append((match.start(), match.start() + length, IBAN))
    return found


def _is_iban(text: str) -> bool:
    """ISO 13616: moved check digits, letters as 10..35, rest 1 when divided by 97."""
    compact = re.sub(r"[ -]", "", text).upper()
    digits = "".join(str(int(c, 36)) for c in compact[4:] + compact[:4])
    return 15 <= len(compact) <= 34 and int(digits) % 97 == 1


def _cards(text: str) -> list[Span]:
    """Numbers of 13 to 19 digits with the right last digit (Luhn)."""

    def right(number: str) -> bool:
        digits = [int(c) for c in reversed(number) if c.isdigit()]
        return sum(sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(digits)) % 10 == 0

    return [(*m.span(), CARD) for m in _CARD.finditer(text) if right(m.group())]


def _dialled(text: str) -> list[Span]:
    """Numbers that begin with 0, 00 or + and have 7 to 15 digits, unless they are dates or the end of a figure."""
    found: list[Span] = []
    for match in _DIALLED.finditer(text):
        digits = sum(c.isdigit() for c in match.group())
        if 7 <= digits <= 20 and not _DATES.match(match.group()) and not _THOUSANDS.search(text[: match.start()]):
            found.append((*match.span(), PHONE))
    return found


def _names(text: str) -> list[Span]:
    return [(start, end, NAME) for start, end in names_in(text)]


FINDERS: tuple[Callable[[str], list[Span]], ...] = (
    _whole(_EMAIL, EMAIL),
    _after_cue(_SECRET_CUE, SECRET),
    _whole(_SECRET, SECRET),
    _whole(_IDENTITY, IDENTITY),
    _after_cue(_IDENTITY_CUE, IDENTITY),
    _ibans,
    _cards,
    _after_cue(_HANDLE, HANDLE),
    _after_cue(_BIRTH, BIRTH),
    _whole(_SERVICE, PHONE),
    _whole(_AMERICAN, PHONE),
    _dialled,
    _whole(_MOBILE, PHONE),
    _after_cue(_CALL_CUE, PHONE),
    _names,
)
