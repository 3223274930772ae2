"""What the core's tests share; they run in the core's own environment: bot/core/.venv/bin/python -m pytest tests/core"""
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

if sys.version_info[:2] != (3, 10):
    # The suite of the other processes runs on another Python, where Rasa is not installed.
    collect_ignore_glob = ["*"]
else:
    warnings.filterwarnings("ignore")
    from bot.core import absent

    absent.install()


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT
