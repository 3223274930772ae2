"""`python -m tests.faults [--long]`: the goals on SQLite and on PostgreSQL with Redis, side by side; one table."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from bot.settings import process_environment
from bot.supervisor import spawn

from .document import write_document
from .figures import Row, print_table
from .goals.starting import start
from .plan import GOALS, Goal
from .scale import FULL, LONG, SHORT, SOAK, Scale
from .services import ServiceMissing, postgres_cluster, redis_process
from .stage import Stage, set_up

BACKENDS = ("sqlite", "postgresql")


def main() -> None:
    """Exits 1 when a figure does not hold; in the short form, which shares the machine, waits are only shown."""
    options = _options()
    scale = SOAK if options.soak else FULL if options.full else LONG if options.long else SHORT
    only = ["G14"] if options.soak else options.only
    goals = [goal for goal in GOALS if not only or goal.name in only]
    if options.backend and options.out:
        _one_backend(options.backend, scale, goals, options.keep, Path(options.out))
        return
    begun = time.monotonic()
    backends = [options.backend] if options.backend else list(BACKENDS)
    rows = _run(backends, sys.argv[1:], scale.side_by_side or options.at_once)
    print_table(rows, f"Faults, {scale.name} form, {time.monotonic() - begun:.0f} s")
    if options.document:
        write_document(rows, scale, time.monotonic() - begun)
    sys.exit(0 if rows and all(row.held or (row.wait and scale is SHORT) for row in rows) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--long", action="store_true", help="more of everything, and load")
    parser.add_argument("--full", action="store_true", help="as much as was agreed for acceptance, three hours")
    parser.add_argument("--soak", action="store_true", help="half an hour of load alone, for what grows")
    parser.add_argument("--only", nargs="*", help="names of goals, see plan.py")
    parser.add_argument("--backend", choices=BACKENDS, help="one kind of database only")
    parser.add_argument("--document", action="store_true", help="write docs/reliability.md")
    parser.add_argument("--at-once", action="store_true", help="both databases at once in the long form too")
    parser.add_argument("--keep", help="folder to keep databases and logs in")
    parser.add_argument("--out", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(backends: list[str], arguments: list[str], side_by_side: bool) -> list[Row]:
    """One process for each kind of database; at once, or one after the other for waits that mean something."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        running: list[tuple[Path, subprocess.Popen[bytes]]] = []
        for backend in backends:
            out = Path(folder) / f"{backend}.json"
            command = [sys.executable, "-m", "tests.faults", *arguments, "--backend", backend, "--out", str(out)]
            running.append((out, spawn(command, process_environment(), sys.stderr.buffer)))
            if not side_by_side:
                running[-1][1].wait()
        rows: list[Row] = []
        for out, process in running:
            process.wait()
            rows += _read(out)
            if process.returncode:
                rows.append(Row("all", f"the run on {out.stem}", "it ends", "it broke off", False, out.stem))
        return sorted(
            rows, key=lambda row: (row.goal[0] != "G", int(row.goal[1:]) if row.goal[1:].isdigit() else 0, row.backend)
        )


def _read(out: Path) -> list[Row]:
    return [Row(**row) for row in json.loads(out.read_text(encoding="utf-8"))] if out.exists() else []


def _write(out: Path, rows: list[Row]) -> None:
    out.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def _one_backend(backend: str, scale: Scale, goals: list[Goal], keep: str | None, out: Path) -> None:
    """Writes the rows after each goal, so that a run that is ended early has a table as well."""
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(postgres_cluster()) if backend == "postgresql" else None
            redis = stack.enter_context(redis_process()) if backend == "postgresql" else None
        except ServiceMissing as missing:
            print(f"{missing}; the goals on PostgreSQL and Redis are left out.", file=sys.stderr)
            return
        folder = Path(keep or stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-"))) / backend

        async def run() -> None:
            this = asyncio.current_task()
            assert this is not None
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
            async with set_up(folder, cluster, redis) as stage:
                rows = [replace(row, backend=stage.backend) for row in await start(stage, scale)]
                for goal in goals:
                    if scale.on_both or goal.short_on in ("", backend):
                        rows += await _held_to(goal, stage, scale)
                        _write(out, rows)

        try:
            asyncio.run(run())
        except (Exception, asyncio.CancelledError) as error:
            told = f"{type(error).__name__}: {str(error)[-300:]}"
            _write(out, [*_read(out), Row("all", "the run", "it ends", told, False, backend)])


async def _held_to(goal: Goal, stage: Stage, scale: Scale) -> list[Row]:
    begun = time.monotonic()
    try:
        await stage.until_ready(60)
        begun = time.monotonic()
        async with asyncio.timeout(goal.most_seconds(scale)):
            rows = await goal.run(stage, scale)
    except Exception as error:
        rows = [Row(goal.name, "the goal's own run", "it ends", f"{type(error).__name__}: {str(error)[:200]}", False)]
        await stage.heal()
    took = time.monotonic() - begun
    print(f"  {stage.backend}: {goal.title} ({took:.0f} s)", file=sys.stderr, flush=True)
    return [replace(row, backend=stage.backend) for row in rows]


if __name__ == "__main__":
    main()
