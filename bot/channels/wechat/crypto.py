"""Signatures and sealed messages of WeChat's push, as its documentation describes them ("message encryption").

A key has 43 characters, base64 without the last "="; AES-256-CBC, the first 16 bytes of the key are the IV, PKCS7 to 32;
inside are 16 random bytes, the length in 4 bytes, the message, the app id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

FRESH = timedelta(minutes=5)
BLOCK = 32  # of the padding; AES itself has 16
RANDOM = 16
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Unreadable(Exception):
    """Not sealed with one of our keys, not whole, or meant for another account."""


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, in hexadecimal; what the platform prescribes."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str | None, *parts: str) -> bool:
    """Whether a signature is that of these parts; compared in constant time."""
    return hmac.compare_digest((given or "").encode(errors="replace"), signature(*parts).encode())


def is_fresh(timestamp: str | None, now: datetime) -> bool:
    """Whether `timestamp`, in seconds since 1970, is at most five minutes from now."""
    text = timestamp or ""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return False
    return abs(now.timestamp() - int(text)) <= FRESH.total_seconds()


@dataclass(frozen=True)
class Opened:
    """What was sealed, and the key that opened it: the answer is sealed with the same."""

    content: bytes
    key: bytes


class Envelopes:
    """Opens with the current key or the previous one. Raises ValueError for a key of another form."""

    def __init__(self, app_id: str, keys: Sequence[str]) -> None:
        self._app_id = app_id.encode()
        self._keys = [read_key(key) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def open(self, sealed: str) -> Opened:
        """The message in an `Encrypt` or `echostr`; raises Unreadable."""
        try:
            data = base64.b64decode(sealed.encode("ascii"), validate=True)
        except (ValueError, binascii.Error):
            raise Unreadable from None
        if not data or len(data) % 16:
            raise Unreadable
        for key in self._keys:
            content = self._content(key, data)
            if content is not None:
                return Opened(content, key)
        raise Unreadable

    def seal(self, content: bytes, key: bytes) -> str:
        """The other way round, with a key that `open` gave."""
        plain = secrets.token_bytes(RANDOM) + struct.pack(">I", len(content)) + content + self._app_id
        padding = BLOCK - len(plain) % BLOCK
        encryptor = _cipher(key).encryptor()
        sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def _content(self, key: bytes, data: bytes) -> bytes | None:
        decryptor = _cipher(key).decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
        padding = plain[-1]
        if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
            return None
        plain = plain[:-padding]
        if len(plain) < RANDOM + 4:
            return None
        (length,) = struct.unpack(">I", plain[RANDOM : RANDOM + 4])
        content, owner = plain[RANDOM + 4 : RANDOM + 4 + length], plain[RANDOM + 4 + length :]
        return content if hmac.compare_digest(owner, self._app_id) else None


def read_key(key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey; raises ValueError."""
    if not _KEY.fullmatch(key):
        raise ValueError("must have 43 letters and digits, as EncodingAESKey is shown")
    # The last character carries two bits more than 32 bytes have; they mean nothing, as with the platform.
    return base64.b64decode(key + "=")


def _cipher(key: bytes) -> Cipher[CBC]:
    return Cipher(AES256(key), CBC(key[:16]))
