"""Zammad: a ticket a case, an article a message. Not a live chat, so good for what is answered later.

A trigger there calls our webhook when staff write; it is tried up to five times, and answers are looked for as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from bot.handoff.adapters.desk import Answer, Call, News, Opened, Opening
from bot.handoff.adapters.http import Api, is_missing
from bot.handoff.adapters.plain_text import plain_text
from bot.handoff.adapters.signatures import check_signature, part, read_json
from bot.handoff.mailers import NotSent

NAME = "zammad"
CLOSED = frozenset({"closed", "merged"})
REMARK = {"type": "note", "sender": "Agent", "internal": True, "content_type": "text/plain"}
OURS = {"type": "note", "sender": "Customer", "internal": False, "content_type": "text/plain"}


class Zammad:
    """See HandoffDesk. Tickets are opened for one customer, so that Zammad writes no mails to visitors by itself."""

    name = NAME

    def __init__(self, base_url: str, token: str, group: str, customer: str, secret: str, seconds: float) -> None:
        self._group, self._customer, self._secret = group, customer, secret
        self._api = Api(f"{base_url}/api/v1", {"Authorization": f"Token token={token}"}, seconds)

    async def open(self, case: Opening, *, in_doubt: bool) -> Opened:
        ticket = await self._ticket(case.number) if in_doubt else None
        if ticket is None:
            article = {"subject": case.title, "body": f"{case.note}\n\n{case.question}", **OURS}
            body = {"title": case.title, "group": self._group, "customer": self._customer, "article": article}
            ticket = await self._api.post("/tickets", body)
        return Opened(str(_number(ticket)), 0)

    async def pass_on(self, remote: str, text: str, message_id: str, *, behind: int, in_doubt: bool) -> int:
        return await self._write(remote, text, OURS, behind, in_doubt)

    async def remark(self, remote: str, text: str, remark_id: str, *, behind: int, in_doubt: bool) -> int:
        return await self._write(remote, text, REMARK, behind, in_doubt)

    async def news(self, remote: str, behind: int) -> News:
        # The state first: whoever answers and then closes has answered before it is closed here.
        ticket = await self._api.get(f"/tickets/{remote}", expand="true")
        articles = await self._articles(remote, behind)
        answers = [answer for article in articles if (answer := _answer(article))]
        seen = max((_number(article) for article in articles), default=behind)
        return News(tuple(answers), seen, _state(ticket) in CLOSED)

    async def close(self, remote: str) -> None:
        await self._api.call("PUT", f"/tickets/{remote}", {"state": "closed"})

    async def erase(self, number: str, remote: str | None) -> None:
        """Deletes the ticket with its articles; the token needs the permission of an administrator for that."""
        if remote is None:
            ticket = await self._ticket(number)
            remote = str(_number(ticket)) if ticket else None
        if remote is None:
            return
        try:
            await self._api.call("DELETE", f"/tickets/{remote}")
        except NotSent as refused:
            if not is_missing(refused):
                raise

    async def check(self) -> None:
        await self._api.get("/users/me")

    def read(self, headers: Mapping[str, str], body: bytes) -> Call:
        check_signature(headers.get("x-hub-signature"), "sha1=", self._secret, body, "sha1")
        event = read_json(body)
        ticket, article = part(event, "ticket"), part(event, "article")
        return Call(str(ticket.get("id", "")), _answer(article), _state(ticket) in CLOSED)

    async def leave(self) -> None:
        await self._api.close()

    async def _ticket(self, number: str) -> Mapping[str, Any] | None:
        """The ticket with this case in its title."""
        found = await self._api.get("/tickets/search", query=number, limit=10, expand="true")
        tickets = found if isinstance(found, list) else []
        return next((ticket for ticket in tickets if number in str(ticket.get("title")).split()), None)

    async def _write(self, remote: str, text: str, kind: Mapping[str, Any], behind: int, in_doubt: bool) -> int:
        if in_doubt:
            for article in await self._articles(remote, behind):
                if _is(article, kind, text):
                    return _number(article)
        return _number(await self._api.post("/ticket_articles", {"ticket_id": int(remote), "body": text, **kind}))

    async def _articles(self, remote: str, behind: int) -> list[Mapping[str, Any]]:
        """All articles behind an id, oldest first."""
        found = await self._api.get(f"/ticket_articles/by_ticket/{remote}", expand="true")
        if not isinstance(found, list):
            raise NotSent("send:not the contract")
        return sorted((article for article in found if _number(article) > behind), key=_number)


def _number(body: Any) -> int:
    found = body.get("id") if isinstance(body, dict) else None
    if not isinstance(found, int):
        raise NotSent("send:not the contract")
    return found


def _state(ticket: Mapping[str, Any]) -> str:
    found = ticket.get("state")
    return str(found.get("name") if isinstance(found, dict) else found)


def _text(article: Mapping[str, Any]) -> str:
    body = str(article.get("body") or "")
    return plain_text(body) if "html" in str(article.get("content_type")) else body.strip()


def _is(article: Mapping[str, Any], kind: Mapping[str, Any], text: str) -> bool:
    """Whether an article there is one of ours: Zammad keeps no id of our own, so the text decides."""
    same = article.get("sender") == kind["sender"] and article.get("internal") == kind["internal"]
    return same and _text(article).split() == text.split()


def _answer(article: Mapping[str, Any]) -> Answer | None:
    """What a person wrote to the customer; None for internal notes, the system's articles, and what came from us."""
    if article.get("sender") != "Agent" or article.get("internal") is not False:
        return None
    text = _text(article)
    if not text or not isinstance(article.get("id"), int):
        return None
    return Answer(article["id"], _name(str(article.get("from") or "")), text)


def _name(sender: str) -> str:
    """The person in `Emma Taylor`, or in `"Emma Taylor via Service Desk" <desk@example.org>`."""
    name = parseaddr(sender)[0] if "<" in sender else sender
    return "" if "@" in name else name.partition(" via ")[0].strip()
