"""E-mail addresses as visitors type them: read, checked without a network, and common slips recognised."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from email_validator import EmailNotValidError, validate_email
from rapidfuzz.distance import OSA

Problem = Literal["empty", "several", "no_at", "no_domain", "too_long", "not_an_address"]

LONGEST_TEXT = 2000
LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets
_LIKE_AN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]{1,80}@[^\s@,;:<>()\"'，；、：（）《》“”。]{1,255}")
_FULL_STOP = re.compile(r"[。｡](?=[A-Za-z0-9])")  # what a Chinese keyboard gives for the dot
_WORDS_BEHIND = re.compile(r"(?<=\.)([A-Za-z]{2,24})[\u3400-\u9fff].{0,200}$")  # Chinese puts no space there
_AT_IN_WORDS = re.compile(r"\s{0,3}[\[({]\s{0,3}(?:at|ät)\s{0,3}[\])}]\s{0,3}", re.IGNORECASE)

# What most visitors in Germany and China use. Only a suggestion comes of it, never a refusal.
_PROVIDERS = (
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.de", "outlook.com", "outlook.de", "live.com", "msn.com",
    "yahoo.com", "yahoo.de", "icloud.com", "aol.com", "t-online.de", "gmx.de", "gmx.net", "gmx.com", "web.de",
    "freenet.de", "arcor.de", "posteo.de", "mailbox.org", "proton.me", "protonmail.com",
    "qq.com", "vip.qq.com", "163.com", "126.com", "139.com", "yeah.net", "sina.com", "sina.cn", "sohu.com",
    "foxmail.com", "aliyun.com",
)  # fmt: skip
# Near one of the above, and somebody's real address all the same.
_REAL_TOO = frozenset(
    {
        "mail.com", "email.com", "ymail.com", "gmx.at", "gmx.ch", "gmx.eu", "me.com", "mac.com", "live.de", "live.cn",
        "188.com", "189.cn", "21.cn", "tom.com", "qq.cn", "yahoo.fr", "yahoo.it", "yahoo.co", "cloud.com",
        "hotmail.fr", "outlook.fr", "proton.de", "online.de", "freenet.com", "web.com", "posteo.net",
    }
)  # fmt: skip
_ENDINGS = {
    "con": "com", "cpm": "com", "cmo": "com", "ocm": "com", "comm": "com", "coom": "com", "cim": "com", "xom": "com",
    "vom": "com", "cm": "com", "om": "com", "co": "com", "cn": "com", "ed": "de", "dee": "de", "d": "de", "ee": "de",
    "fe": "de", "nte": "net", "ner": "net", "nett": "net", "ne": "net",
}  # fmt: skip


@dataclass(frozen=True)
class AddressCheck:
    """Either `address`, normalised, or `problem`; `suggestion` is an address that was probably meant instead."""

    address: str | None = None
    problem: Problem | None = None
    suggestion: str | None = None


def check_address(text: str) -> AddressCheck:
    """The one address in what a visitor wrote, also in the middle of a sentence and in full-width letters."""
    folded = _FULL_STOP.sub(".", unicodedata.normalize("NFKC", text[:LONGEST_TEXT]))
    folded = _AT_IN_WORDS.sub("@", folded).strip()
    if not folded:
        return AddressCheck(problem="empty")
    if "@" not in folded:
        return AddressCheck(problem="no_at")
    found = {_WORDS_BEHIND.sub(r"\1", match).rstrip(".!?-_'") for match in _LIKE_AN_ADDRESS.findall(folded)}
    if len({address.casefold() for address in found}) > 1:
        return AddressCheck(problem="several")
    candidate = found.pop() if found else folded
    if len(candidate) > LONGEST_ADDRESS:
        return AddressCheck(problem="too_long")
    return _validated(candidate)


def _validated(candidate: str) -> AddressCheck:
    try:
        valid = validate_email(candidate, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        name, _, domain = candidate.rpartition("@")
        meant = _suggested(domain.casefold().rstrip("."))
        whole = f"{name}@{meant}" if meant and name and "@" not in name else None
        lacks_ending = bool(domain) and "." not in domain.strip(".")
        problem: Problem = "no_domain" if not domain.strip(".") or lacks_ending else "not_an_address"
        return AddressCheck(problem=problem, suggestion=whole)
    address = valid.ascii_email or valid.normalized
    name, _, domain = address.rpartition("@")
    domain = domain.casefold()
    meant = _suggested(domain)
    return AddressCheck(address=f"{name}@{domain}", suggestion=f"{name}@{meant}" if meant else None)


def _suggested(domain: str) -> str | None:
    """The provider whose domain was probably meant; None when this one is known or near none."""
    if not domain or domain in _PROVIDERS or domain in _REAL_TOO:
        return None
    head, _, ending = domain.rpartition(".")
    if not head:  # "gmail": no ending at all
        named = next((p for p in _PROVIDERS if p.split(".")[0] == ending), None)
        return named or _nearest(ending, {p.split(".")[0]: p for p in reversed(_PROVIDERS)})
    mended = f"{head}.{_ENDINGS.get(ending, ending)}"
    if mended in _PROVIDERS:
        return mended
    for ended in (mended, domain):
        near = _nearest(ended, {p: p for p in _PROVIDERS})
        if near:
            return near
    # qqcom, gmailcom.: the dot was left out or stands in the wrong place
    return next((p for p in _PROVIDERS if p.replace(".", "") == domain.replace(".", "")), None)


def _nearest(word: str, known: dict[str, str]) -> str | None:
    """The one known word so near that a slip of the keyboard explains it; short words are too near each other."""
    if len(word) < 6:
        return None
    most = 1 if len(word) < 11 else 2
    far = {name: OSA.distance(word, name, score_cutoff=most) for name in known}
    best = min(far.values())
    nearest = {known[name] for name, distance in far.items() if distance == best}
    return nearest.pop() if best <= most and len(nearest) == 1 else None
