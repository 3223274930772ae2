"""Zammad as its published API is: tickets and articles, and webhooks signed with SHA-1."""

import hmac
import json
from typing import Any

from .fake_server import Call, FakeServer

TOKEN, SECRET, GROUP, CUSTOMER = "zammad-token", "zammad-webhook-secret", "Centre", "assistant@example.org"


class FakeZammad(FakeServer):
    """Tickets by id with their articles; the search finds words of titles."""

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[int, dict[str, Any]] = {}
        self.articles: dict[int, list[dict[str, Any]]] = {}

    def handle(self, call: Call) -> tuple[int, Any]:
        if call.headers.get("authorization") != f"Token token={TOKEN}":
            return 403, {"error": "Authentication required"}
        match call.method, *call.path.removeprefix("/api/v1").strip("/").split("/"):
            case "GET", "users", "me":
                return 200, {"id": 9, "login": CUSTOMER}
            case "GET", "tickets", "search":
                return 200, [t for t in self.tickets.values() if call.query["query"] in t["title"]]
            case "POST", "tickets":
                return self._new_ticket(call.body)
            case "GET", "tickets", number if int(number) in self.tickets:
                return 200, self.tickets[int(number)]
            case "PUT", "tickets", number if int(number) in self.tickets:
                self.tickets[int(number)] |= call.body
                return 200, self.tickets[int(number)]
            case "DELETE", "tickets", number if int(number) in self.tickets:
                del self.tickets[int(number)], self.articles[int(number)]
                return 200, {}
            case "GET", "ticket_articles", "by_ticket", number if int(number) in self.tickets:
                return 200, self.articles[int(number)]
            case ("POST", "ticket_articles") if call.body.get("ticket_id") in self.tickets:
                return 201, self._add(**call.body)
        return 404, {"error": "Couldn't find it"}

    def _new_ticket(self, body: Any) -> tuple[int, Any]:
        if body.get("group") != GROUP or body.get("customer") != CUSTOMER or not body["article"].get("body"):
            return 422, {"error": "Invalid value"}
        number = self.new_id()
        self.tickets[number] = {"id": number, "title": body["title"], "state": "new", "group": GROUP}
        self.articles[number] = []
        self._add(ticket_id=number, **body["article"])
        return 201, self.tickets[number]

    def _add(self, ticket_id: int, body: str, **others: Any) -> dict[str, Any]:
        article = {"id": self.new_id(), "ticket_id": ticket_id, "body": body, "from": "Assistant", "subject": None}
        self.articles[ticket_id].append(article | others)
        return self.articles[ticket_id][-1]

    # --- what people do there ---

    def one(self) -> int:
        """The only ticket."""
        [number] = self.tickets
        return number

    def says(self, text: str, name: str = "Emma", **others: Any) -> dict[str, Any]:
        """Somebody writes to the customer; `others` make it something else."""
        article: dict[str, Any] = {
            "type": "note", "sender": "Agent", "internal": False, "content_type": "text/html", "from": name,
            "body": f"<div>{text}</div>",
        }  # fmt: skip
        with self.lock:
            return self._add(others.pop("ticket_id", None) or self.one(), **(article | others))

    def closes(self) -> None:
        self.tickets[self.one()]["state"] = "closed"

    def incoming(self) -> list[str]:
        """What the visitor said, as it stands there; the first article holds the question with the note before it."""
        said = [a["body"] for a in self.articles[self.one()] if a["sender"] == "Customer"]
        return [text.rpartition("\n\n")[2] for text in said]

    def notes(self) -> list[str]:
        first = self.articles[self.one()][0]["body"].rpartition("\n\n")[0]
        return [first, *(a["body"] for a in self.articles[self.one()] if a["internal"])]

    def status(self) -> str:
        return {"closed": "resolved"}.get(self.tickets[self.one()]["state"], "open")

    # --- its webhook ---

    def call(self, message: dict[str, Any], **others: Any) -> tuple[dict[str, str], bytes]:
        """Headers and body of the call about an article."""
        return signed({"ticket": self.tickets[self.one()], "article": message} | others)

    def call_closed(self) -> tuple[dict[str, str], bytes]:
        """Headers and body of the call about the state of the ticket."""
        return signed({"ticket": self.tickets[self.one()], "article": self.articles[self.one()][-1]})


def signed(body: Any, secret: str = SECRET) -> tuple[dict[str, str], bytes]:
    """A call of the webhook as Zammad signs it."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    digest = hmac.new(secret.encode(), raw, "sha1").hexdigest()
    return {
        "x-hub-signature": f"sha1={digest}", "x-zammad-delivery": "5d2f", "x-zammad-trigger": "to the assistant",
        "content-type": "application/json",
    }, raw  # fmt: skip
