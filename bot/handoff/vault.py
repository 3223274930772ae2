"""Seals contact data at rest, so that a copy of the database alone gives nobody's address away."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.settings import Settings

SEALED, PLAIN = "sealed:", "plain:"
PURPOSE = b"contact data of cases"


class CannotOpen(Exception):
    """Something is sealed with a key that is not configured (any more)."""


class Vault:
    """Fernet under the first key; opens what any of the keys sealed. Without keys text is kept as it is, and marked so."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in keys]) if keys else None

    @classmethod
    def of(cls, settings: Settings) -> Vault:
        """The vault of CASE_KEY, which may hold several keys with commas between."""
        return cls([key for key in settings.case_key.get_secret_value().split(",") if key])

    @property
    def seals(self) -> bool:
        return self._fernet is not None

    def seal(self, text: str | None) -> str | None:
        """What is stored for a text; None stays None."""
        if text is None:
            return None
        if self._fernet is None:
            return PLAIN + text
        return SEALED + self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, stored: str | None) -> str | None:
        """The text behind what is stored; raises CannotOpen."""
        if stored is None:
            return None
        if stored.startswith(PLAIN):
            return stored.removeprefix(PLAIN)
        try:
            if self._fernet is None or not stored.startswith(SEALED):
                raise CannotOpen
            return self._fernet.decrypt(stored.removeprefix(SEALED)).decode()
        except InvalidToken:
            raise CannotOpen from None


def _derive(key: str) -> bytes:
    """A Fernet key from a secret of any form."""
    return urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode()))
