"""The desk of this application: cases, messages and staff are in its own database, so nothing goes outside."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handoff.adapters.desk import Call, News, Opened, Opening, WrongSignature
from bot.handoff.adapters.links import BUILTIN


class BuiltinDesk:
    """See HandoffDesk. The case that was opened here is the case there."""

    name = BUILTIN

    async def open(self, case: Opening, *, in_doubt: bool) -> Opened:
        return Opened(case.number, 0)

    async def pass_on(self, remote: str, text: str, message_id: str, *, behind: int, in_doubt: bool) -> int:
        return behind

    async def news(self, remote: str, behind: int) -> News:
        return News((), behind, closed=False)

    async def close(self, remote: str) -> None:
        return

    async def erase(self, number: str, remote: str | None) -> None:
        return

    async def remark(self, remote: str, text: str, remark_id: str, *, behind: int, in_doubt: bool) -> int:
        return behind

    async def check(self) -> None:
        return

    def read(self, headers: Mapping[str, str], body: bytes) -> Call:
        raise WrongSignature  # nobody outside has anything to say here

    async def leave(self) -> None:
        return
