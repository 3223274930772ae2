"""Copies shared by tests that do them no harm; tests that do harm start their own."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.browsers import chromium  # noqa: F401 (a fixture)
from tests.postgres import postgres  # noqa: F401 (a fixture)

from .copies import Copy, Visitor, started
from .redis_server import redis_server  # noqa: F401 (a fixture)

DESK_MAIL = "general-desk@example.org"
CITY_MAIL = "twin-cities@example.org"
CONTACTS = json.dumps({"centre-general": {"email": DESK_MAIL}, "city-twinning": {"email": CITY_MAIL}})


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy whose desks are configured and whose limits are out of the way."""
    with started(tmp_path_factory.mktemp("copy"), DESK_CONTACTS=CONTACTS) as running:
        yield running


@pytest.fixture
def visitor(copy: Copy) -> Iterator[Callable[[str], Visitor]]:
    """Opens conversations with the shared copy."""
    opened: list[Visitor] = []

    def visit(language: str) -> Visitor:
        opened.append(Visitor(copy, language))
        return opened[-1]

    yield visit
    for one in opened:
        one.http.close()
