"""Kinds of values that several groups of settings share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

ROOT = Path(__file__).resolve().parents[2]

Port = Annotated[int, Field(ge=1, le=65535)]
Limit = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


def _web_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/?#<>\"]+(/[^\s?#<>\"]*)?", value):
        raise ValueError("must be an address like https://chat.example.org")
    return value.rstrip("/")


def _below_root(value: Path) -> Path:
    return value if value.is_absolute() else ROOT / value


WebAddress = Annotated[str, AfterValidator(_web_address)]
FilePath = Annotated[Path, AfterValidator(_below_root)]  # relative ones are meant from the project's folder
