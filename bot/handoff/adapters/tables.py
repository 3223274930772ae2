"""Which conversation of a help desk belongs to which case."""

from __future__ import annotations

from typing import cast

from sqlalchemy import BigInteger, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base


class HelpdeskLink(Base):
    """One case at a help desk. `remote` is its conversation or ticket there, null until it is opened.

    `reached` is the highest id there of what we wrote, `seen` that of what was looked at for answers; `person` is the name
    of who answered last.
    """

    __tablename__ = "handoff_link"
    __table_args__ = (Index("ux_handoff_link_remote", "helpdesk", "remote", unique=True),)

    number: Mapped[str] = mapped_column(String(8), primary_key=True)
    helpdesk: Mapped[str] = mapped_column(String(16))
    remote: Mapped[str | None] = mapped_column(String(64))
    reached: Mapped[int] = mapped_column(BigInteger, default=0)
    seen: Mapped[int] = mapped_column(BigInteger, default=0)
    person: Mapped[str | None] = mapped_column(String(80))


handoff_link = cast(Table, HelpdeskLink.__table__)
