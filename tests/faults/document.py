"""The kept table: docs/reliability.md, written by the long form."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.settings import ROOT

from .figures import Row, markdown
from .scale import Scale

DOCUMENT = ROOT / "docs" / "reliability.md"
MARK = "<!-- figures: everything below is written by `make faults-long` -->"


def write_document(rows: Sequence[Row], scale: Scale, seconds: float) -> None:
    """Replace what stands below the mark."""
    above = DOCUMENT.read_text(encoding="utf-8").split(MARK)[0]
    held = sum(row.held for row in rows)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    told = (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {machine}, {scale.name} form, {seconds / 60:.0f} minutes, with a load of "
        f"{os.getloadavg()[2]:.0f} in the last quarter of an hour: {held} of {len(rows)} figures hold."
    )
    DOCUMENT.write_text(f"{above}{MARK}\n\n{told}\n\n{markdown(rows)}\n", encoding="utf-8")
