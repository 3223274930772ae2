"""Chatwoot as its published API is: contacts, conversations and messages of one account, and signed webhooks."""

import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from .fake_server import Call, FakeServer

TOKEN, SECRET, ACCOUNT, INBOX = "chatwoot-token", "chatwoot-webhook-secret", 3, 7
NUMBERS = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}


class FakeChatwoot(FakeServer):
    """Of each row what the API gives; `keeps_source_id` is False for versions before it was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[int, dict[str, Any]] = {}
        self.conversations: dict[int, dict[str, Any]] = {}
        self.messages: dict[int, list[dict[str, Any]]] = {}
        self.keeps_source_id = True
        self.links_at_once = True

    def handle(self, call: Call) -> tuple[int, Any]:
        base = f"/api/v1/accounts/{ACCOUNT}"
        if call.headers.get("api_access_token") != TOKEN:
            return 401, {"error": "Invalid Access Token"}
        if not call.path.startswith(base):
            return 404, {"error": "Resource could not be found"}
        parts = call.path.removeprefix(base).strip("/").split("/")
        match call.method, *parts:
            case "GET", "inboxes", inbox:
                return (200, {"id": INBOX}) if inbox == str(INBOX) else (404, {"error": "Resource could not be found"})
            case "GET", "contacts", "search":
                asked = call.query["q"]
                found = [c for c in self.contacts.values() if asked in (c["identifier"] or "")]
                return 200, {"meta": {"count": len(found)}, "payload": found}
            case "POST", "contacts":
                return self._new_contact(call.body)
            case method, "contacts", number, *rest if int(number) in self.contacts:
                return self._of_contact(method, int(number), rest, call.body)
            case "POST", "conversations":
                return self._new_conversation(call.body)
            case method, "conversations", number, *rest if int(number) in self.conversations:
                return self._of_conversation(method, int(number), rest, call)
        return 404, {"error": "Resource could not be found"}

    def _new_contact(self, body: Any) -> tuple[int, Any]:
        if body.get("inbox_id") != INBOX:
            return 404, {"error": "Resource could not be found"}
        for unique in ("identifier", "email"):
            if body.get(unique) and any(c.get(unique) == body[unique] for c in self.contacts.values()):
                return 422, {"message": f"{unique.title()} has already been taken", "attributes": [unique]}
        number = self.new_id()
        contact = {"id": number, "email": None, **{k: v for k, v in body.items() if k != "inbox_id"}}
        contact["contact_inboxes"] = []
        self.contacts[number] = contact
        link = self._link(number, f"source-{number}") if self.links_at_once else {}
        return 200, {"payload": {"contact": contact, "contact_inbox": link}}

    def _link(self, contact: int, source: str) -> dict[str, Any]:
        link = {"source_id": source, "inbox": {"id": INBOX}}
        self.contacts[contact]["contact_inboxes"].append(link)
        return link

    def _of_contact(self, method: str, number: int, rest: list[str], body: Any) -> tuple[int, Any]:
        match method, *rest:
            case "POST", "contact_inboxes":
                return 200, self._link(number, body["source_id"])
            case "GET", "conversations":
                mine = [c for c in self.conversations.values() if c["contact_id"] == number]
                return 200, {"payload": mine}
            case ("DELETE",):
                del self.contacts[number]
                for conversation in [i for i, c in self.conversations.items() if c["contact_id"] == number]:
                    del self.conversations[conversation], self.messages[conversation]
                return 200, None
        return 404, {"error": "Resource could not be found"}

    def _new_conversation(self, body: Any) -> tuple[int, Any]:
        contact = self.contacts.get(body.get("contact_id"))
        sources = [link["source_id"] for link in contact["contact_inboxes"]] if contact else []
        if body.get("source_id") not in sources or body.get("status") not in ("open", "pending", "resolved"):
            return 404, {"error": "Resource could not be found"}
        number = self.new_id()
        self.conversations[number] = {"id": number, "account_id": ACCOUNT, **body}
        self.messages[number] = []
        return 200, self.conversations[number]

    def _of_conversation(self, method: str, number: int, rest: list[str], call: Call) -> tuple[int, Any]:
        match method, *rest:
            case ("GET",):
                return 200, self.conversations[number]
            case "GET", "messages":
                found = self.messages[number]
                if call.query.get("after"):
                    page = [m for m in found if m["id"] > int(call.query["after"])][:100]
                else:
                    page = found[-20:]
                return 200, {"meta": {"labels": []}, "payload": page}
            case "POST", "messages":
                if not call.body.get("content") or call.body.get("message_type") not in ("incoming", "outgoing"):
                    return 422, {"error": "no"}
                kept = call.body.get("source_id") if self.keeps_source_id else None
                sender = {"id": 1, "name": "Token", "type": "user"}
                if call.body["message_type"] == "incoming":
                    sender = {"id": 2, "name": "Contact", "type": "contact"}
                return 200, self._add(number, **{**call.body, "source_id": kept, "sender": sender})
            case "POST", "toggle_status":
                self.conversations[number]["status"] = call.body["status"]
                done = {"success": True, "current_status": call.body["status"], "conversation_id": number}
                return 200, {"meta": {}, "payload": done}
        return 404, {"error": "Resource could not be found"}

    def _add(self, conversation: int, message_type: str, content: str, **others: Any) -> dict[str, Any]:
        message = {
            "id": self.new_id(), "content": content, "message_type": NUMBERS[message_type], "private": False,
            "content_type": "text", "content_attributes": {}, "source_id": None, "conversation_id": conversation,
        }  # fmt: skip
        self.messages[conversation].append(message | others)
        return self.messages[conversation][-1]

    # --- what people do there ---

    def one(self) -> int:
        """The only conversation."""
        [number] = self.conversations
        return number

    def says(self, text: str, name: str = "Emma", **others: Any) -> dict[str, Any]:
        """Somebody writes to the visitor; `others` make it something else."""
        sender = {"id": 5, "name": name, "type": "user"}
        with self.lock:
            return self._add(self.one(), **({"message_type": "outgoing", "content": text, "sender": sender} | others))

    def closes(self) -> None:
        self.conversations[self.one()]["status"] = "resolved"

    def incoming(self) -> list[str]:
        """What the visitor said, as it stands there."""
        return [m["content"] for m in self.messages[self.one()] if m["message_type"] == NUMBERS["incoming"]]

    def notes(self) -> list[str]:
        return [m["content"] for m in self.messages[self.one()] if m["private"]]

    def status(self) -> str:
        return str(self.conversations[self.one()]["status"])

    # --- its webhook ---

    def call(self, message: dict[str, Any], **others: Any) -> tuple[dict[str, str], bytes]:
        """Headers and body of the call about a message; as often as wanted, always with the same delivery id."""
        words = {number: word for word, number in NUMBERS.items()}
        body = {
            **message, "event": "message_created", "message_type": words[message["message_type"]],
            "conversation": {"id": message["conversation_id"], "status": self.status(), "inbox_id": INBOX},
            "inbox": {"id": INBOX, "name": "Assistant"}, "account": {"id": ACCOUNT, "name": "Centre"},
        }  # fmt: skip
        return signed(body | others)

    def call_closed(self) -> tuple[dict[str, str], bytes]:
        """Headers and body of the call about the state of the conversation."""
        return signed({"event": "conversation_status_changed", "id": self.one(), "status": self.status()})


def signed(body: Any, at: datetime | None = None, secret: str = SECRET) -> tuple[dict[str, str], bytes]:
    """A call of the webhook as Chatwoot signs it."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    timestamp = str(int((at or datetime.now(UTC)).timestamp()))
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + raw, "sha256").hexdigest()
    delivery = str(uuid.uuid5(uuid.NAMESPACE_URL, digest))
    return {
        "x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": timestamp, "x-chatwoot-delivery": delivery,
        "content-type": "application/json",
    }, raw  # fmt: skip
