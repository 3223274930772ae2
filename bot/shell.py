"""`make shell`: Rasa's own shell with an action server of its own, so that staff test the real answers."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bot.model import CORE_PYTHON
from bot.settings import ROOT, Settings, process_environment
from bot.supervisor import START_SECONDS, StartError, answers, child_environment, free_port, spawn


def run_shell(settings: Settings, model: Path) -> int:
    """Blocks until the shell ends; returns its exit code. Conversations go to a file of their own."""
    config = settings.model_copy(
        update={
            "actions_port": free_port(),
            "tracker_url": f"sqlite:///{settings.var_dir / 'shell.db'}",
        }
    )
    environment = {**process_environment(), **child_environment(config)}
    log = config.var_dir / "log" / "shell-actions.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        actions = spawn([sys.executable, "-m", "actions"], environment, out)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"{config.actions_url}/health"):
            if actions.poll() is not None or time.monotonic() > deadline:
                raise StartError(f"The action server does not start; see {log}.")
            time.sleep(0.1)
        command = [str(CORE_PYTHON), "-m", "bot.core", "shell", "--model", str(model)]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    finally:
        actions.terminate()
        actions.wait(10)
