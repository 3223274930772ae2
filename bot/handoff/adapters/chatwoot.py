"""Chatwoot through an inbox of the kind API: the assistant stays in front, Chatwoot sees the cases only.

Written to the request definitions in swagger/definitions of chatwoot/chatwoot. Webhooks are signed from v4.13.0 on, and
those of an API inbox are not repeated, so answers are looked for as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.handoff.adapters.desk import Answer, Call, News, Opened, Opening
from bot.handoff.adapters.http import Api, is_invalid, is_missing
from bot.handoff.adapters.signatures import check_fresh, check_signature, part, read_json
from bot.handoff.mailers import NotSent

NAME = "chatwoot"
PAGE = 100  # as many messages as one call gives
RESOLVED = "resolved"
_TYPES = {0: "incoming", 1: "outgoing"}  # the API has numbers where the webhook has words


class Chatwoot:
    """See HandoffDesk. One contact a case, with `case:NUMBER` as identifier, so that both can be found and erased."""

    name = NAME

    def __init__(
        self,
        base_url: str,
        token: str,
        account: int,
        inbox: int,
        secret: str,
        seconds: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account, self._inbox, self._secret, self._clock = account, inbox, secret, clock
        self._api = Api(f"{base_url}/api/v1/accounts/{account}", {"api_access_token": token}, seconds)

    async def open(self, case: Opening, *, in_doubt: bool) -> Opened:
        contact = await self._contact(case.number) if in_doubt else None
        contact = contact or await self._new_contact(case)
        conversation = await self._conversation_of(contact) if in_doubt else None
        if conversation is None:
            body = {
                "source_id": await self._source(contact, case.number), "inbox_id": self._inbox,
                "contact_id": contact["id"], "status": "open",
                "custom_attributes": {"lang": case.language, "topic": case.topic or "", "case": case.number},
            }  # fmt: skip
            conversation = await self._api.post("/conversations", body)
        remote = str(_number(conversation))
        note = await self._write(remote, case.note, f"{case.number}:note", 0, in_doubt, private=True)
        return Opened(remote, await self._write(remote, case.question, f"{case.number}:question", note, in_doubt))

    async def pass_on(self, remote: str, text: str, message_id: str, *, behind: int, in_doubt: bool) -> int:
        return await self._write(remote, text, message_id, behind, in_doubt)

    async def news(self, remote: str, behind: int) -> News:
        # The state first: whoever answers and then closes has answered before it is closed here.
        conversation = await self._api.get(f"/conversations/{remote}")
        messages = await self._messages(remote, behind)
        answers = [answer for message in messages if (answer := _answer(message))]
        seen = max((_number(message) for message in messages), default=behind)
        return News(tuple(answers), seen, conversation.get("status") == RESOLVED)

    async def close(self, remote: str) -> None:
        await self._api.post(f"/conversations/{remote}/toggle_status", {"status": RESOLVED})

    async def erase(self, number: str, remote: str | None) -> None:
        """Deletes the contact, and with it its conversations; the token must be an administrator's."""
        contact = await self._contact(number)
        if contact is None:
            return
        try:
            await self._api.call("DELETE", f"/contacts/{_number(contact)}")
        except NotSent as refused:
            if not is_missing(refused):
                raise

    async def remark(self, remote: str, text: str, remark_id: str, *, behind: int, in_doubt: bool) -> int:
        return await self._write(remote, text, remark_id, behind, in_doubt, private=True)

    async def check(self) -> None:
        await self._api.get(f"/inboxes/{self._inbox}")

    def read(self, headers: Mapping[str, str], body: bytes) -> Call:
        timestamp = headers.get("x-chatwoot-timestamp")
        signed = (timestamp or "").encode() + b"." + body
        check_signature(headers.get("x-chatwoot-signature"), "sha256=", self._secret, signed, "sha256")
        check_fresh(timestamp, self._clock())
        event = read_json(body)
        if event.get("event") == "message_created":
            ours = part(event, "account").get("id", self._account) == self._account
            ours = ours and part(event, "inbox").get("id", self._inbox) == self._inbox
            return Call(str(part(event, "conversation").get("id", "")), _answer(event) if ours else None)
        if event.get("event") == "conversation_status_changed":
            return Call(str(event.get("id", "")), closed=event.get("status") == RESOLVED)
        return Call("")

    async def leave(self) -> None:
        await self._api.close()

    async def _contact(self, number: str) -> Mapping[str, Any] | None:
        identifier = _identifier(number)
        found = await self._api.get("/contacts/search", q=identifier)
        return next((contact for contact in _payload(found) if contact.get("identifier") == identifier), None)

    async def _new_contact(self, case: Opening) -> Mapping[str, Any]:
        body = {
            "inbox_id": self._inbox, "identifier": _identifier(case.number), "name": case.name or case.title,
            "custom_attributes": {"lang": case.language},
        }  # fmt: skip
        with_email = {**body, "email": case.email} if case.email else body
        try:
            return _created(await self._api.post("/contacts", with_email))
        except NotSent as refused:
            if not is_invalid(refused):
                raise
        # Made by an attempt of which we know nothing, or an address that another contact has: the note tells it too.
        return await self._contact(case.number) or _created(await self._api.post("/contacts", body))

    async def _source(self, contact: Mapping[str, Any], number: str) -> str:
        """What links the contact with the inbox; made if it is missing."""
        for link in contact.get("contact_inboxes") or ():
            if part(link, "inbox").get("id", self._inbox) == self._inbox and link.get("source_id"):
                return str(link["source_id"])
        body = {"inbox_id": self._inbox, "source_id": _identifier(number)}
        made = await self._api.post(f"/contacts/{contact['id']}/contact_inboxes", body)
        return str(made["source_id"])

    async def _conversation_of(self, contact: Mapping[str, Any]) -> Mapping[str, Any] | None:
        found = _payload(await self._api.get(f"/contacts/{contact['id']}/conversations"))
        return found[0] if found else None

    async def _write(
        self, remote: str, text: str, message_id: str, behind: int, in_doubt: bool, *, private: bool = False
    ) -> int:
        kind = "outgoing" if private else "incoming"
        if in_doubt:
            for message in await self._messages(remote, behind):
                if _is(message, kind, private, text, message_id):
                    return _number(message)
        body = {"content": text, "message_type": kind, "private": private, "source_id": message_id}
        return _number(await self._api.post(f"/conversations/{remote}/messages", body))

    async def _messages(self, remote: str, behind: int) -> list[Mapping[str, Any]]:
        """All messages behind an id, oldest first."""
        found: list[Mapping[str, Any]] = []
        while True:
            page = _payload(await self._api.get(f"/conversations/{remote}/messages", after=behind))
            fresh = sorted((message for message in page if _number(message) > behind), key=_number)
            found += fresh
            if len(page) < PAGE or not fresh:
                return found
            behind = _number(fresh[-1])


def _identifier(number: str) -> str:
    return f"case:{number}"


def _created(body: Any) -> Mapping[str, Any]:
    """A new contact as the search gives it."""
    contact, link = part(part(body, "payload"), "contact"), part(part(body, "payload"), "contact_inbox")
    _number(contact)
    return {**contact, "contact_inboxes": [link] if link.get("source_id") else []}


def _payload(body: Any) -> list[Mapping[str, Any]]:
    found = body.get("payload") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise NotSent("send:not the contract")
    return found


def _number(body: Any) -> int:
    found = body.get("id") if isinstance(body, dict) else None
    if not isinstance(found, int):
        raise NotSent("send:not the contract")
    return found


def _answer(message: Mapping[str, Any]) -> Answer | None:
    """What a person wrote to the visitor; None for notes, activities, bots, and what came from us."""
    sender = part(message, "sender")
    by_person = _kind(message) == "outgoing" and not message.get("private") and sender.get("type") == "user"
    attached = message.get("attachments")
    files = [str(file["data_url"]) for file in attached if "data_url" in file] if isinstance(attached, list) else []
    text = "\n".join([*filter(None, [str(message.get("content") or "").strip()]), *files])
    if not by_person or not text or not isinstance(message.get("id"), int):
        return None
    return Answer(message["id"], str(sender.get("name") or ""), text)


def _kind(message: Mapping[str, Any]) -> str:
    given = message.get("message_type")
    return _TYPES[given] if given in (0, 1) else str(given)


def _is(message: Mapping[str, Any], kind: str, private: bool, text: str, message_id: str) -> bool:
    """Whether a message there is one of ours; older servers do not keep our id, so the text decides for those."""
    if _kind(message) != kind or bool(message.get("private")) != private:
        return False
    own = message.get("source_id")
    return own == message_id if own else str(message.get("content") or "").split() == text.split()
