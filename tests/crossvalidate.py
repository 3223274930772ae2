"""Cross-validates the intent classifier by language: `python -m tests.crossvalidate`.

The classifier runs under the core's own Python, on the training sentences only; the question sets are not touched.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.settings import ROOT, load_settings, process_environment
from tests.report.questions import LANGUAGES
from tests.report.shares import Tally
from tests.report.tables import Section

CORE_PYTHON = ROOT / "bot" / "core" / ".venv" / "bin" / "python"
LIMIT = 600.0  # seconds
MOST_CONFUSED = 10
COUNTS = "intents found by five models, each trained on four fifths of the training sentences and asked the other fifth"


class CoreFailed(Exception):
    """The core's Python gave up; the text is what it said."""


def predictions() -> list[tuple[str, str, str]]:
    """(language, intent meant, intent found) for every training sentence. Raises CoreFailed, TimeoutExpired."""
    names = load_settings().names_file
    if not names.exists():
        raise FileNotFoundError(f"{names} is missing: `python -m bot prepare` writes it")
    with tempfile.TemporaryDirectory(prefix="crossvalidate-") as folder:
        found = Path(folder) / "predictions.json"
        done = subprocess.run(
            [str(CORE_PYTHON), "-m", "bench.core.cross_validate", str(found)], cwd=ROOT, timeout=LIMIT, text=True,
            env=process_environment() | {"NAMES_FILE": str(names)}, capture_output=True,
        )  # fmt: skip
        if done.returncode:
            raise CoreFailed(done.stderr)
        return [(language, meant, taken) for language, meant, taken in json.loads(found.read_text(encoding="utf-8"))]


def cross_validated(languages: Sequence[str] = LANGUAGES) -> list[Section]:
    """Accuracy by language, and the pairs of intents most often confused."""
    rows = [row for row in predictions() if row[0] in languages]
    cells = [
        Tally(sum(m == t for la, m, t in rows if la == each), sum(la == each for la, _, _ in rows))
        for each in languages
    ]
    right, asked = sum(cell.right for cell in cells), sum(cell.asked for cell in cells)
    accuracy = ("sentences", *map(str, cells), str(Tally(right, asked)))
    confused = Counter((meant, taken) for _, meant, taken in rows if meant != taken).most_common(MOST_CONFUSED)
    pairs = [
        (meant, taken, *(str(sum(row == (each, meant, taken) for row in rows)) for each in languages), str(times))
        for (meant, taken), times in confused
    ]
    return [
        Section("Cross-validation of the intents", COUNTS, ("", *languages, "all"), [accuracy]),
        Section("Intents most often confused", "times, same run", ("meant", "taken for", *languages, "all"), pairs),
    ]


def main() -> None:
    console = Console(width=160)
    for section in cross_validated():
        table = Table(*section.head, title=section.title)
        for row in section.rows:
            table.add_row(*row)
        console.print(table)


if __name__ == "__main__":
    main()
