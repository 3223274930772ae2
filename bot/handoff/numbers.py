"""The number of a case that a visitor is told: 40 random bits that can be read out on the telephone."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 8
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def new_number() -> str:
    """Eight characters, 40 bits from the system's generator."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_number(text: str) -> str | None:
    """The number somebody typed, in any case, with hyphens or spaces, with O for 0 and I or L for 1; None: it is none."""
    read = text.strip().upper().translate(_READ_AS)
    return read if len(read) == LENGTH and set(read) <= set(ALPHABET) else None
