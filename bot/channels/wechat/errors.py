"""What the platform's error codes mean for a delivery; HTTP says 200 in all of these cases."""

from __future__ import annotations

TOKEN_INVALID = frozenset({40001, 40014, 42001})  # the token, not the request: worth one more try with a new one


class PlatformError(Exception):
    """The platform did not do what it was asked; `code` is its errcode or, in its place, what failed on the way."""

    def __init__(self, code: int | str) -> None:
        super().__init__(str(code))
        self.code = code


class Away(PlatformError):
    """It cannot be reached, is busy, or has had enough of us for a while: the same call may go well later."""


class TokenInvalid(PlatformError):
    """The access token is not, or no longer, valid."""


class WindowOver(PlatformError):
    """The visitor has not written for 48 hours."""


class QuotaUsed(PlatformError):
    """The visitor's last message has been answered as often as is allowed."""


class TooLong(PlatformError):
    """The text has more bytes than one message may have."""


class Unreachable(PlatformError):
    """This visitor has unsubscribed, blocked the account, or never followed it."""


class NotAllowed(PlatformError):
    """The account has no right to this call: it is not verified, or this address is not on its list."""


_MEANINGS: dict[int, type[PlatformError]] = {
    **dict.fromkeys(TOKEN_INVALID, TokenInvalid),
    **dict.fromkeys((-1, 45009, 45011, 45033), Away),  # busy; the day's calls are used up; too many at once
    45015: WindowOver,
    45047: QuotaUsed,
    45002: TooLong,
    **dict.fromkeys((40003, 43004, 43019, 45064), Unreachable),
    **dict.fromkeys((48001, 48002, 48004, 50002, 40013, 40125, 40164, 61004), NotAllowed),
}


def meaning(code: int) -> PlatformError:
    """The exception for an errcode other than 0."""
    return _MEANINGS.get(code, PlatformError)(code)
