"""What a copy needs of others, asked for an answer: Redis, desks, mail server, help desk, its own processes."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.handoff import outbox
from bot.handoff.mail import Sender
from bot.handoff.mailers import NotSent
from bot.handoff.offices import HandoffDataError
from bot.handoff.relay import make_mailer
from bot.handoff.routing import read_handoff
from bot.operation.finding import SECONDS, Finding
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from bot.supervisor import public_url

WAITING = timedelta(minutes=15)


def redis(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        return
    import redis

    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS).ping()
        yield Finding("redis")
    except redis.RedisError as error:
        yield Finding(
            "redis", f"does not answer ({type(error).__name__})", "start it; until then each gateway counts alone"
        )


def people(settings: Settings) -> Iterator[Finding]:
    try:
        read_handoff(settings.handoff_dir)
    except HandoffDataError as error:
        yield Finding("data/handoff", error.faults[0], "put the file right; the gateway does not start with it")
        return
    nobody = [name for name, contact in settings.desk_contacts.items() if not contact.email]
    if not settings.desk_contacts:
        yield Finding("desks", "no desk has an e-mail address", "set DESK_CONTACTS", warning=True)
    elif nobody:
        yield Finding("desks", f"{', '.join(nobody)} without e-mail address", "set it in DESK_CONTACTS", warning=True)
    else:
        yield Finding("desks")


def mail(settings: Settings) -> Iterator[Finding]:
    if settings.mail_mode != "smtp":
        yield Finding("mail", f"MAIL_MODE is {settings.mail_mode}: nothing is sent", "set it to smtp", warning=True)
    else:
        mailer = make_mailer(settings, Sender.parse(settings.mail_from, settings.mail_bounce))
        try:
            asyncio.run(asyncio.wait_for(mailer.check(), SECONDS * 2))
            yield Finding("mail server")
        except (NotSent, TimeoutError, OSError, ssl.SSLError) as error:
            yield Finding(
                "mail server",
                f"takes nothing ({error or 'timeout'})",
                "check SMTP_HOST, SMTP_PORT, account and certificate",
            )
    store = Store(settings.database)
    try:
        counts = store.read(outbox.counts)
        late = store.read(lambda db: [row for row in outbox.rows(db, states=(outbox.QUEUED,)) if _is_late(row)])
        given_up = counts.get(outbox.DEAD, 0) + counts.get(outbox.FAILED, 0)
        if given_up:
            yield Finding(
                "outbox", f"{given_up} deliveries were given up", "`python -m bot outbox list`, then `outbox retry`"
            )
        elif late:
            yield Finding("outbox", f"{len(late)} deliveries wait for long", "does the gateway or `outbox run` run?")
        else:
            yield Finding("outbox")
    except (StoreUnavailable, SQLAlchemyError):
        return
    finally:
        store.close()


def _is_late(row: outbox.Delivery) -> bool:
    return datetime.now(UTC) - row.next_at > WAITING


def helpdesk(settings: Settings) -> Iterator[Finding]:
    url = {"chatwoot": settings.chatwoot_url, "zammad": settings.zammad_url}.get(settings.helpdesk)
    if not url:
        return
    parts = urlsplit(url)
    try:
        with socket.create_connection(
            (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)), SECONDS
        ):
            yield Finding(settings.helpdesk)
    except OSError as error:
        yield Finding(
            settings.helpdesk, f"cannot be reached ({type(error).__name__})", f"check {settings.helpdesk.upper()}_URL"
        )


def processes(settings: Settings) -> Iterator[Finding]:
    """Nothing running is no fault; one of three missing is."""
    core_key = {"Authorization": f"Bearer {settings.core_secret.get_secret_value()}"}
    places = {
        "gateway": (f"{public_url(settings)}healthz", {}),
        "core": (f"{settings.core_url}/webhooks/gateway/health", core_key),
        "actions": (f"{settings.actions_url}/health", {}),
    }
    found: dict[str, str] = {}
    for name, (url, headers) in places.items():
        try:
            status = httpx.get(url, headers=headers, timeout=SECONDS, trust_env=False).status_code
            found[name] = "" if status == 200 else f"answers {status}"
        except httpx.ConnectError:
            found[name] = "does not run"
        except httpx.HTTPError as error:
            found[name] = f"does not answer ({type(error).__name__})"
    if set(found.values()) == {"does not run"}:
        yield Finding("processes", "nothing runs", "`python -m bot run`", warning=True)
        return
    for name, wrong in found.items():
        yield Finding(name, wrong, f"see {settings.var_dir / 'log' / name}.log")
