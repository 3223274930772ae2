"""Backups sealed with age (https://age-encryption.org) for those who may restore them; the machine itself cannot open them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

SUFFIX = ".age"


class CannotSeal(Exception):
    """A key is none, or does not open what was sealed; the text says what to do."""


def check_recipients(recipients: Sequence[str]) -> None:
    """Raises CannotSeal at the first public key that is none."""
    _recipients(recipients)


def seal(plain: Path, target: Path, recipients: Sequence[str]) -> Path:
    """`target`, which holds `plain` for the owners of these public keys, whole or not at all. Raises CannotSeal, OSError."""
    import pyrage

    keys = _recipients(recipients)
    try:
        target.touch(mode=0o600)
        pyrage.encrypt_file(str(plain), str(target), keys)
        with target.open("rb") as written:
            os.fsync(written.fileno())
    except (pyrage.EncryptError, OSError) as error:
        target.unlink(missing_ok=True)
        raise CannotSeal(f"The backup could not be sealed: {error}") from None
    return target


def unseal(sealed: Path, target: Path, identity: Path) -> None:
    """Write what `sealed` holds to `target`. `identity` is a file as age-keygen writes it. Raises CannotSeal, OSError."""
    import pyrage

    lines = (line.strip() for line in identity.read_text(encoding="utf-8").splitlines())
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
        pyrage.decrypt_file(str(sealed), str(target), keys)
    except (pyrage.IdentityError, pyrage.DecryptError, UnicodeDecodeError):
        raise CannotSeal(f"{identity} holds no key that opens {sealed.name}.") from None


def _recipients(listed: Sequence[str]) -> list[object]:
    import pyrage

    found: list[object] = []
    for one in listed:
        try:
            found.append(pyrage.x25519.Recipient.from_str(one))
        except pyrage.RecipientError:
            raise CannotSeal(f"BACKUP_RECIPIENTS: {one[:20]}... is no public key of age (age1...).") from None
    return found
