"""What visitors and probes meet while a start waits for its database: the gateway alone, which says that it is away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from bot.settings import Settings, process_environment
from bot.store import is_reachable
from bot.supervisor import child_environment, spawn

LOOK_SECONDS = 1.0


def wait_for_database(settings: Settings, say: Callable[[str], None]) -> None:
    """Returns when the database answers, whatever it says; at once when it does already. Needs the secrets."""
    if is_reachable(settings.database):
        return
    say("The database does not answer (DATABASE_URL); the assistant starts as soon as it does.")
    logs = settings.var_dir / "log"
    logs.mkdir(parents=True, exist_ok=True)
    pid_file = settings.var_dir / "run.pid"
    pid_file.write_text(str(os.getpid()), encoding="utf-8")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    environment = {**process_environment(), **child_environment(settings)}
    with (logs / "gateway.log").open("ab") as log:
        gateway = spawn([sys.executable, "-m", "bot.gateway"], environment, log)
        try:
            while not is_reachable(settings.database):
                time.sleep(LOOK_SECONDS)
        finally:
            gateway.terminate()
            with suppress(subprocess.TimeoutExpired):
                gateway.wait(15)
            gateway.kill()
            pid_file.unlink(missing_ok=True)
