"""Mails to desks and visitors: their words, and how they become plain text and HTML."""

from bot.replies.notices.compose import Notices, UnknownNotice

__all__ = ["Notices", "UnknownNotice"]
