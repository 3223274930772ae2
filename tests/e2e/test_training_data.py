"""Rasa's own checks, run the way a Rasa developer runs them."""

import subprocess

from bot.model import CORE_PYTHON
from bot.settings import ROOT


def _core(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CORE_PYTHON), "-m", "bot.core", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=180, check=False,
    )  # fmt: skip


def test_the_training_data_is_valid() -> None:
    done = _core("data", "validate", "--fail-on-warnings")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_a_test_run_that_would_skip_everything_in_silence_is_refused() -> None:
    done = _core("test", "core", "--stories", "data")
    assert done.returncode != 0
    assert "--e2e" in done.stdout + done.stderr
