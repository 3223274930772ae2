"""The API answers as its schema says, to whatever schemathesis makes of it; and each address needs a session."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from bot.gateway.app import create_app
from bot.settings import Settings

from .conftest import Chat

OPEN = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/"), ("POST", "/api/session"), ("GET", "/api/notice")}


CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
CALLS = [
    ("POST", "/api/session"),
    ("DELETE", "/api/session"),
    ("POST", "/api/messages"),
    ("GET", "/api/messages"),
    ("GET", "/api/export"),
    ("GET", "/api/notice"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_the_api_keeps_to_its_schema(
    settings: Settings, gateway_url: str, open_chat: Callable[..., Chat], method: str, path: str
) -> None:
    loaded = schemathesis.openapi.from_dict(create_app(settings).openapi())
    loaded.config.update(base_url=gateway_url)

    @given(loaded[path][method].as_strategy())
    @hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    def keeps(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=open_chat().headers, timeout=60, checks=CHECKS)

    keeps()


def test_only_these_addresses_answer_without_a_session(settings: Settings, chat: Chat) -> None:
    app = create_app(settings)
    tried = set()
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            if (method.upper(), path) in OPEN:
                continue
            tried.add((method.upper(), path))
            answer = chat.http.request(method, path, json={"id": "0" * 32, "text": "x"})
            assert answer.status_code == 401, (method, path)
    assert len(tried) >= 5


def test_errors_are_described_and_the_unused_default_is_not(settings: Settings) -> None:
    schema = create_app(settings).openapi()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert {"4XX", "5XX"} <= set(operation["responses"]), (method, path)
            assert "422" not in operation["responses"]


def test_the_schema_is_public_only_when_asked_for(settings: Settings) -> None:
    assert create_app(settings).openapi_url is None
    assert create_app(settings.model_copy(update={"api_docs": True})).openapi_url == "/openapi.json"
