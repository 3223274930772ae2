"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass

SECONDS = 5.0  # that one question may take


@dataclass(frozen=True)
class Finding:
    """One line: `wrong` is empty when all is well; `do` is what to do. A warning leaves the exit code alone."""

    what: str
    wrong: str = ""
    do: str = ""
    warning: bool = False
