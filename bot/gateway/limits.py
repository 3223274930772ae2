"""How much one session and one network may ask for; in memory, or in Redis when several gateways share the work."""

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection

from bot.gateway.problems import Problem

log = structlog.get_logger(__name__)
REDIS_TIMEOUT_SECONDS = 1.0
TYPING_PER_MINUTE = 40  # the page sends one every three seconds
REDIS_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Quotas:
    """Requests allowed: messages and reads per session; new sessions, calls of webhooks and logins per network."""

    messages_per_10_seconds: int
    messages_per_minute: int
    sessions_per_minute: int
    reads_per_minute: int
    webhook_calls_per_minute: int = 600
    logins_per_minute: int = 20


class Limits:
    """Moving windows; while Redis is away each gateway counts for itself instead of refusing or letting all through."""

    def __init__(self, quotas: Quotas, redis_url: str | None = None) -> None:
        self._messages: tuple[RateLimitItem, ...] = (
            RateLimitItemPerSecond(quotas.messages_per_10_seconds, 10),
            RateLimitItemPerMinute(quotas.messages_per_minute),
        )
        self._sessions = (RateLimitItemPerMinute(quotas.sessions_per_minute),)
        self._reads = (RateLimitItemPerMinute(quotas.reads_per_minute),)
        self._typing = (RateLimitItemPerMinute(TYPING_PER_MINUTE),)
        self._webhook = (RateLimitItemPerMinute(quotas.webhook_calls_per_minute),)
        self._login = (RateLimitItemPerMinute(quotas.logins_per_minute),)
        self._local = Windows()
        self._shared = MovingWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._shared_paused_until = 0.0

    async def message(self, conversation: str) -> None:
        """Count one message of a conversation; raises Problem("too_many_messages")."""
        await self._count(self._messages, "message", conversation, "too_many_messages")

    async def read(self, conversation: str) -> None:
        """Count one history, export or stream request of a conversation; raises Problem("too_many_messages")."""
        await self._count(self._reads, "read", conversation, "too_many_messages")

    async def typing(self, conversation: str) -> None:
        """Count one sign that the visitor of a conversation is writing; raises Problem("too_many_messages")."""
        await self._count(self._typing, "typing", conversation, "too_many_messages")

    async def session(self, network: str) -> None:
        """Count one new session from a network; raises Problem("too_many_sessions")."""
        await self._count(self._sessions, "session", network, "too_many_sessions")

    async def webhook(self, network: str) -> None:
        """Count one call of a webhook from a network; raises Problem("too_many_requests")."""
        await self._count(self._webhook, "webhook", network, "too_many_requests")

    async def login(self, network: str) -> None:
        """Count one password tried from a network; raises Problem("too_many_logins")."""
        await self._count(self._login, "login", network, "too_many_logins")

    async def _count(self, items: Sequence[RateLimitItem], kind: str, who: str, code: str) -> None:
        if self._shared and time.monotonic() >= self._shared_paused_until:
            try:
                wait = await _shared_wait(self._shared, items, kind, who)
                if wait is not None:
                    raise Problem(code, retry_after=max(1, math.ceil(wait)))
                return
            except Problem:
                raise
            except Exception as error:  # whichever way Redis fails, the chat goes on with local counting
                self._shared_paused_until = time.monotonic() + REDIS_PAUSE_SECONDS
                log.warning("limits.redis_away", error=type(error).__name__)
        wait = self._local.hit((kind, who), [(item.amount, item.get_expiry()) for item in items], time.monotonic())
        if wait is not None:
            raise Problem(code, retry_after=max(1, math.ceil(wait)))


async def _shared_wait(
    limiter: MovingWindowRateLimiter, items: Sequence[RateLimitItem], kind: str, who: str
) -> float | None:
    """Count one; the seconds to wait when it is too many."""
    for item in items:
        if not await limiter.hit(item, kind, who):
            return float((await limiter.get_window_stats(item, kind, who)).reset_time - time.time())
    return None


class Windows:
    """Moving windows in this process: the times of the last hits of each key, as many as a quota can ask about.

    The library's own store in memory goes through all keys, with a thread for each, at almost every hit.
    """

    def __init__(self) -> None:
        self._hits: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()  # the key hit last stands last
        self._longest = 0.0

    def hit(self, key: tuple[str, str], quotas: Sequence[tuple[int, float]], now: float) -> float | None:
        """Count one for a key at `now` (seconds); with too many for one of `quotas` (hits, seconds) the wait instead."""
        hits = self._hits.get(key) or deque(maxlen=max(most for most, _ in quotas))
        waits = [hits[-most] + seconds - now for most, seconds in quotas if len(hits) >= most]
        if waits and max(waits) > 0:
            return max(waits)
        hits.append(now)
        self._hits[key] = hits
        self._hits.move_to_end(key)
        self._longest = max(self._longest, *(seconds for _, seconds in quotas))
        while self._hits and now - next(iter(self._hits.values()))[-1] >= self._longest:
            self._hits.popitem(last=False)
        return None

    def __len__(self) -> int:
        return len(self._hits)


def _redis(url: str) -> Storage:
    return RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )


class ClientAddress:
    """The visitor's address: the peer's own, or what a trusted proxy says, never what a visitor says."""

    def __init__(self, trusted_proxies: str) -> None:
        parts = (part.strip() for part in trusted_proxies.split(","))
        self._trusted = [ipaddress.ip_network(part, strict=False) for part in parts if part]

    def network(self, connection: HTTPConnection) -> str:
        """What new sessions are counted by: an IPv4 address or an IPv6 /64."""
        address = _address(connection.client.host if connection.client else "")
        forwarded = [part for header in connection.headers.getlist("x-forwarded-for") for part in header.split(",")]
        while address and forwarded and self._is_trusted(address):
            nearer = _address(forwarded.pop().strip())
            if nearer is None:
                break
            address = nearer
        if address is None:
            return "unknown"
        return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)

    def _is_trusted(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address in network for network in self._trusted if network.version == address.version)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address
