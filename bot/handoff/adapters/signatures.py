"""Whether a call of our webhook comes from the help desk: compared in constant time, and not older than it may be."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.handoff.adapters.desk import NotUnderstood, WrongSignature

FRESH = timedelta(minutes=5)


def check_signature(given: str | None, prefix: str, secret: str, message: bytes, digest: str) -> None:
    """`given` is the prefix and the HMAC of the message in hexadecimal; raises WrongSignature."""
    expected = prefix + hmac.new(secret.encode(), message, digest).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), (given or "").encode()):
        raise WrongSignature


def check_fresh(timestamp: str | None, now: datetime) -> None:
    """`timestamp` is in seconds since 1970 and at most five minutes from now; raises WrongSignature."""
    text = timestamp or ""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise WrongSignature
    if abs(now.timestamp() - int(text)) > FRESH.total_seconds():
        raise WrongSignature


def read_json(body: bytes) -> Mapping[str, Any]:
    """The object in a body; raises NotUnderstood."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstood from None
    if not isinstance(found, dict):
        raise NotUnderstood
    return found


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within an object; an empty one where there is none."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}
