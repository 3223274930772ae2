"""The operator's page names every command and every setting of its group, and none that does not exist."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from bot.__main__ import app
from bot.settings import ROOT, Settings
from bot.settings.operation import OperationSettings

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DOCUMENTS = ("docs/operations.md", "docs/security.md", "SECURITY.md")


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command as it is typed; what `knowledge add` and its like are applied to is in another document."""
    command = command or typer.main.get_command(app)
    if not hasattr(command, "commands") or path in (
        ("knowledge", "add"),
        ("knowledge", "change"),
        ("knowledge", "retire"),
    ):
        yield " ".join(path)
        return
    if path and command.invoke_without_command:
        yield " ".join(path)
    for name in command.list_commands(None):
        yield from commands(command.get_command(None, name), (*path, name))


def test_every_command_is_documented() -> None:
    assert [one for one in commands() if not re.search(rf"`{one}( [A-Z]+)?`", OPERATIONS)] == []


def test_every_documented_command_exists() -> None:
    known = set(commands())
    named = re.findall(r"^\| ((?:`[a-z -]+(?: [A-Z]+)?`(?:, )?)+) \|", OPERATIONS, re.M)
    documented = {re.sub(r" [A-Z]+$", "", one) for row in named for one in re.findall(r"`([^`]+)`", row)}
    assert documented <= known and len(documented) > 25
    called = re.findall(r"python -m bot ([a-z]+)", OPERATIONS)
    assert set(called) <= {one.split()[0] for one in known}


def test_the_settings_of_this_group_are_explained_there_or_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in OperationSettings.model_fields:
        assert name.upper() in OPERATIONS or name.upper() in example
    for days in re.findall(r"\| `([A-Z_]+_DAYS)` \| (\d+)", OPERATIONS):
        assert Settings.model_fields[days[0].lower()].default == int(days[1]), days


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_the_documents_point_to_is_there(name: str) -> None:
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []
    folders = re.findall(r"`(tests/[a-z0-9]+)`", text)
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
