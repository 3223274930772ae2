"""`python -m tests.faults.supervised`: the product's own start and supervisor, each process told its own addresses."""

from __future__ import annotations

import json
import os
from pathlib import Path

from bot.commands.console import read_settings
from bot.commands.preparing import console, prepare, with_secrets
from bot.settings import Settings
from bot.standin import wait_for_database
from bot.supervisor import Child, Supervisor

ADDRESSES = "FAULTS_ADDRESSES"  # JSON: process -> variable -> value


class ProxiedSupervisor(Supervisor):
    """What one process reaches another by is a proxy; everything else is as in production."""

    def __init__(self, config: Settings, model: Path) -> None:
        super().__init__(config, model, console.print)
        self._addresses: dict[str, dict[str, str]] = json.loads(os.environ[ADDRESSES])
        self._common = self._environment

    def _start(self, child: Child) -> None:
        self._environment = {**self._common, **self._addresses.get(child.name, {})}
        super()._start(child)


if __name__ == "__main__":
    config = with_secrets(read_settings())
    wait_for_database(config, console.print)
    ProxiedSupervisor(*prepare(config)).run()
