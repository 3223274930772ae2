"""Names at scale: building, memory, time to find a mention, misspelt names found, ordinary words taken for names.

Run as `python -m bench.names [--sizes 1000 30000 ...]`; each size in a process of its own. Times are processor time of
the one thread that looks, so that other work on the machine does not count. Recall and false mentions need the seeds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice

import psutil
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.company_names import EVERYDAY, Company, as_names, companies
from bot.common.text import fold
from bot.partners.common_words import read_common_words
from bot.partners.names import NameIndex
from bot.settings import ROOT

SIZES = (1_000, 30_000, 200_000, 1_000_000)
MENTIONS, SENTENCES = 500, 3_000
FRAMES = {
    "de": "Können Sie mir sagen, was {} in China macht?", "en": "Could you tell me what {} does in China please?",
    "zh": "请问{}在中国做什么？",
}  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CHARACTERS = "中新大明天安达和平国"
SHORTEST = {"zh": 5, "de": 6, "en": 6}
COLUMNS = (
    "names", "build s", "MB", "exact ms", "1 slip ms", "2 slips ms", "Chinese 1 slip ms", "no name ms",
    "found 1 slip", "found 2 slips", "found zh 1", "found zh 2", "false per 1,000",
)  # fmt: skip


def slipped(text: str, count: int, chance: random.Random) -> str:
    """`text` with `count` slips of the keyboard: a letter wrong, missing, too many, or two in the wrong order."""
    letters = LETTERS if text.isascii() or not any(c > "\u3000" for c in text) else CHARACTERS
    for _ in range(count):
        at = chance.randrange(1, max(2, len(text) - 1))
        text = chance.choice((
            text[:at] + chance.choice(letters) + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + chance.choice(letters) + text[at:],
            text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
        ))  # fmt: skip
    return text


def ordinary_sentences() -> list[str]:
    """The training sentences of all languages, none of which was written with these companies in mind."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml")):
        for intent in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = (line[2:] for line in intent["examples"].splitlines() if line.startswith("- "))
            found += [re.sub(r"\[([^\]]*)\](\([^)]*\)|\{[^}]*\})", r"\1", line) for line in lines]
    random.Random(3).shuffle(found)
    return found[:SENTENCES]


def members(names: int) -> list[Company]:
    """Companies with that many names together."""
    found, total = [], 0
    for company in companies(names):
        found.append(company)
        total += len(company.names)
        if total >= names:
            break
    return found


def measure(size: int) -> dict[str, float | str]:
    """All figures of one size, keyed by column."""
    held = members(size)
    types = {company.id: "organisation" for company in held}
    common = read_common_words()
    before = psutil.Process().memory_info().rss
    begun = time.process_time()
    index = NameIndex((name for company in held for name in as_names(company)), types=types, common=common)
    figures: dict[str, float | str] = {"names": f"{size:,}", "build s": time.process_time() - begun}
    figures["MB"] = (psutil.Process().memory_info().rss - before) / 2**20
    for label, languages, slips in (
        ("exact", ("de", "en"), 0), ("1 slip", ("de", "en"), 1), ("2 slips", ("de", "en"), 2),
        ("zh 1", ("zh",), 1), ("zh 2", ("zh",), 2),
    ):  # fmt: skip
        found, times = [], []
        for company, sentence in islice(_mentions(held, languages, slips), MENTIONS):
            took, ids = _timed(index, sentence)
            times.append(took)
            found.append(company.id in ids)
        figures[f"found {label}"] = sum(found) / len(found)
        figures["Chinese 1 slip ms" if label == "zh 1" else f"{label} ms"] = _both(times)
    looked = [_timed(index, sentence) for sentence in ordinary_sentences()]
    figures["no name ms"] = _both([took for took, _ in looked])
    figures["false per 1,000"] = 1000 * sum(bool(ids) for _, ids in looked) / len(looked)
    return figures


def _mentions(held: list[Company], languages: tuple[str, ...], slips: int) -> Iterator[tuple[Company, str]]:
    """(company, a sentence that names it); companies of everyday words left out, which need more than their name."""
    chance = random.Random(11)
    everyday = {word for words in EVERYDAY.values() for word in words}
    while True:
        company = chance.choice(held)
        ways = [
            (language, text) for language, kind, text in company.names
            if language in languages and kind != "transliteration" and len(text) >= SHORTEST[language]
        ]  # fmt: skip
        if ways and not any(text in everyday for _, _, text in company.names):
            language, text = chance.choice(ways)
            yield company, FRAMES[language].format(slipped(text, slips, chance))


def _timed(index: NameIndex, sentence: str) -> tuple[float, set[str]]:
    """(milliseconds of processor time, ids of the records found)."""
    folded = fold(sentence)
    begun = time.thread_time()
    mentions = index.find(folded)
    return 1000 * (time.thread_time() - begun), {i for mention in mentions for i in mention.record_ids}


def _both(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:.1f} / {ordered[int(len(ordered) * 0.99)]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of names")
    parser.add_argument("--json", action="store_true", help="measure the first size here and print it as JSON")
    options = parser.parse_args()
    if options.json:
        print(json.dumps(measure(options.sizes[0])))
        return
    shown = Table(*COLUMNS, title="Names at scale (times: median / 99th percentile)")
    for size in track(options.sizes, description="measuring"):
        command = [sys.executable, "-m", "bench.names", "--json", "--sizes", str(size)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout)
        shown.add_row(*(f"{f:.2f}" if isinstance(f := figures[c], float) else f for c in COLUMNS))
    Console(width=200).print(shown)


if __name__ == "__main__":
    main()
