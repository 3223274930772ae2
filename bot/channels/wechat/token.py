"""The access token: fetched by one process for all, kept in the database, fetched again before it ends or when refused."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.channels.messengers import state
from bot.channels.wechat.client import Transport
from bot.channels.wechat.errors import Away, PlatformError
from bot.gateway.database import Database
from bot.handoff.vault import CannotOpen, Vault

CHANNEL = "wechat"
MARGIN = timedelta(minutes=5)  # the platform keeps an old token alive for so long after it gave a new one
LEASE_SECONDS = 15
FORCED_EVERY = timedelta(seconds=30)
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class _Kept:
    """A token that can be opened, and when it ends."""

    token: str
    until: datetime


class Tokens:
    """The tokens of one account. Methods raise PlatformError, and Problem when our own database is away."""

    def __init__(self, db: Database, transport: Transport, vault: Vault, app_id: str, secret: str) -> None:
        self._db, self._transport, self._vault = db, transport, vault
        self._app_id, self._secret = app_id, secret
        self._token, self._lease, self._forced = (f"{kind}:{app_id}" for kind in ("token", "lease", "forced"))
        self._owner = secrets.token_hex(8)
        self._lock = asyncio.Lock()

    async def current(self) -> str:
        """The kept token; a new one when it ends soon."""
        return await self._other_than(None)

    async def renewed(self, refused: str) -> str:
        """A token other than the one that was refused, whoever fetched it."""
        return await self._other_than(refused)

    async def kept_until(self) -> datetime | None:
        """When the kept token ends; None without one."""
        kept = await self._db.read(self._read)
        return kept.until if kept else None

    async def _other_than(self, refused: str | None) -> str:
        async with self._lock:
            give_up = datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS + 5)
            while (now := datetime.now(UTC)) < give_up:
                kept = await self._db.read(self._read)
                usable = kept is not None and kept.token != refused and kept.until > now
                if kept and usable and kept.until - MARGIN > now:
                    return kept.token
                if await self._db.write(lambda db, kept=kept: self._take_lease(db, kept)):  # type: ignore[misc]
                    return await self._fetch(refused)
                if kept and usable:
                    return kept.token  # another process fetches the next one; this one still holds
                await asyncio.sleep(LOOK_SECONDS)
            raise Away("no token")

    async def _fetch(self, refused: str | None) -> str:
        """Raises PlatformError; the lease is given back in any case."""
        try:
            token, seconds = await self._ask(force=False)
            if token == refused:
                # The platform goes on giving the same token as long as it holds it valid; forcing is rationed there.
                await self._db.write(self._note_forced)
                token, seconds = await self._ask(force=True)
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            await self._db.write(lambda db: state.put(db, CHANNEL, self._token, self._vault.seal(token) or "", until))
            return token
        finally:
            await self._db.write(lambda db: state.release(db, CHANNEL, self._lease, self._owner))

    async def _ask(self, *, force: bool) -> tuple[str, int]:
        body = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        answer = await self._transport.call("POST", "/cgi-bin/stable_token", body | {"force_refresh": force})
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise PlatformError("no token in the answer")
        return token, seconds

    def _read(self, db: Connection) -> _Kept | None:
        found = state.get(db, CHANNEL, self._token)
        if found is None or found.until is None:
            return None
        try:
            token = self._vault.open(found.value)
        except CannotOpen:
            return None
        return _Kept(token, found.until) if token else None

    def _take_lease(self, db: Connection, seen: _Kept | None) -> bool:
        """Whether it is up to this process; not if another one has fetched since what was `seen`."""
        return self._read(db) == seen and state.take_lease(db, CHANNEL, self._lease, self._owner, LEASE_SECONDS)

    def _note_forced(self, db: Connection) -> None:
        """Raises Away when a token was forced a moment ago."""
        now, last = datetime.now(UTC), state.get(db, CHANNEL, self._forced)
        if last and last.until and last.until > now:
            raise Away("token refused again")
        state.put(db, CHANNEL, self._forced, "", now + FORCED_EVERY)
