"""Which websites may use the chat: this one, those on the list, no other."""

from collections.abc import Callable

import httpx
import pytest

from bot.gateway.app import create_app
from bot.settings import Settings

from .conftest import Chat
from .fake_core import FakeCore, RunningServer

ALLOWED = "https://www.example.org"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "https://ok.example.evil.example"]
)
@pytest.mark.parametrize("path", ["/api/stream", "/api/messages", "/api/session"])
def test_other_websites_are_refused(chat: Chat, origin: str, path: str) -> None:
    method = "POST" if path == "/api/session" else "GET"
    answer = chat.http.request(method, path, headers=chat.headers | {"Origin": origin}, json={"notice_accepted": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api/stream", "/api/messages"])
def test_the_same_origin_may(chat: Chat, path: str) -> None:
    headers = chat.headers | {"Origin": str(chat.http.base_url).rstrip("/")}
    with chat.http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200


def test_a_website_on_the_list_may_and_its_imitations_may_not(
    make_settings: Callable[..., Settings], serve: Callable[..., RunningServer], core: FakeCore
) -> None:
    app = create_app(make_settings(allowed_origins=f"{ALLOWED}/, https://other.example.org"))
    with httpx.Client(base_url=serve(app).url, timeout=60) as http:
        body = {"notice_accepted": True}
        answer = http.post("/api/session", json=body, headers={"Origin": ALLOWED})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (201, ALLOWED)
        asking = {"Origin": ALLOWED, "Access-Control-Request-Method": "POST"}
        preflight = http.options("/api/messages", headers=asking)
        assert preflight.status_code == 204
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        for imitation in (f"{ALLOWED}.evil.example", "http://www.example.org", f"{ALLOWED}:8443", "null"):
            assert http.post("/api/session", json=body, headers={"Origin": imitation}).status_code == 403
            refused = http.options("/api/messages", headers=asking | {"Origin": imitation})
            assert refused.status_code == 403
