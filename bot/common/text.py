"""Text as it is compared: one spelling for all the ways to type a name."""

import re
import unicodedata

from bot.common.han import SIMPLIFIED

LEGAL_FORMS = frozenset(
    [
        "gmbh",
        "mbh",
        "ggmbh",
        "ag",
        "se",
        "kg",
        "ohg",
        "gbr",
        "ug",
        "ev",
        "eg",
        "kgaa",
        "co",
        "ltd",
        "limited",
        "inc",
        "corp",
        "corporation",
        "llc",
        "plc",
        "company",
    ]
)
_LEGAL_PHRASES = re.compile(r"(?<!\w)(e\s+v|g\s+gmbh|m\s+b\s+h|a\s+g)(?!\w)")
_LEGAL_HAN = re.compile("(股份有限公司|有限责任公司|有限公司|集团公司)$")
_VOWELS = re.compile(r"(?<!q)([aou])e(?!u)")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_SHARP_S = str.maketrans({"ß": "ss", "ẞ": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def simplify(text: str) -> str:
    """Returns `text` with traditional Chinese characters replaced by simplified ones, one for one."""
    return text.translate(SIMPLIFIED)


def fold(text: str) -> str:
    """Returns the form in which "Düsseldorf", "Duesseldorf" and "DUSSELDORF" are one: small letters and single spaces.

    Idempotent; not reversible and not for display.
    """
    text = unicodedata.normalize("NFKC", text).casefold().translate(_SHARP_S)
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = _NOT_WORD.sub(" ", text).strip()
    # To a fixed point, so that folding twice changes nothing.
    while True:
        shorter = _VOWELS.sub(r"\1", text)
        if shorter == text:
            return simplify(text)
        text = shorter


def strip_legal_form(folded: str) -> str:
    """Returns a folded organisation name without GmbH, e.V., Ltd, 有限公司 and the like; unchanged if nothing else is left."""
    text = _LEGAL_PHRASES.sub(" ", folded)
    words = [word for word in text.split() if word not in LEGAL_FORMS]
    stripped = _LEGAL_HAN.sub("", " ".join(words)).strip()
    return stripped or folded
