"""`python -m bot audit|sbom`: what is installed from others, and what is known against it."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.commands.console import fail
from bot.operation import sbom as bills
from bot.operation.audit import NotReachable, Vulnerability, open_findings, read_reasons, scan
from bot.settings import ROOT

NOT_ASKED = 3  # exit code: nothing known against it, but not everybody could be asked
console = Console(highlight=False, markup=False, soft_wrap=True)


def audit() -> None:
    """Ask pip-audit and osv-scanner about all locks. Exit code 1: open findings; 3: a scanner could not be asked."""
    try:
        reasons = read_reasons()
    except (OSError, ValueError) as error:
        fail(error)
    found: list[Vulnerability] = []
    silent = 0
    for what, result in scan(_uv()):
        if isinstance(result, NotReachable):
            silent += 1
            console.print(f"NOT REACHABLE  {what}: {result}")
        else:
            found += result
            console.print(f"asked          {what}: {len(result)} found")
    still_open = open_findings(found, reasons, date.today())
    for one in dict.fromkeys(still_open):
        console.print(f"OPEN           {one.id} in {one.package} {one.version} {' '.join(one.aliases)}")
    if still_open:
        fail("Update these packages (`make lock`), or give a reason in .ci/open-findings.toml.")
    if silent:
        console.print("Nothing is known against the rest, but this is no clean audit.")
        raise typer.Exit(NOT_ASKED)
    console.print(f"No open findings; {len(set(found))} left open for a written reason.")


def sbom(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to.")] = Path("var/sbom.cdx.json"),
) -> None:
    """Write the bill of materials of all processes (CycloneDX 1.6, JSON)."""
    try:
        document = bills.bill()
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        fail(error)
    console.print(f"{output}: {len(document['components'])} components")


def _uv() -> str:
    """The machine's uv if it runs here, else the project's own."""
    found = shutil.which("uv")
    if found and subprocess.run([found, "--version"], capture_output=True, timeout=30, check=False).returncode == 0:
        return found
    return str(ROOT / ".tools" / "bin" / "uv")
