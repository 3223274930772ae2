"""What staff put into the database of a running copy is answered within seconds, and what they take out never again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bot.settings import ROOT, process_environment
from tests.postgres import Cluster

from .copies import Copy, Visitor, started, until, words

SECONDS = 120  # generous: what is measured is kept in results/
NAME, HAN = "Ruhrtal Kompressoren GmbH", "鲁尔谷压缩机公司"
FACT = "Die Ruhrtal Kompressoren GmbH baut Kompressoren für Wasserstoff und hat 140 Beschäftigte."
MAIL = "compressors@example.org"
QUESTIONS = [
    ("en", "What does Ruhrtal Kompressoren build?"),
    ("de", "Was baut die Ruhrtal Kompressoren GmbH?"),
    ("zh", f"{HAN}是做什么的？"),
    ("en", "How many employees does Ruhrtal Kompressoren have?"),
    ("de", "Was baut die Rurtal Kompresoren GmbH?"),
    ("en", "What do you know about Rurtal Kompresoren?"),
    ("zh", f"你知道{HAN}吗？"),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def live(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Copy, dict[str, str]]]:
    """A copy of its own over each database, and the settings that lead to that database."""
    folder = tmp_path_factory.mktemp("live")
    settings = {"VAR_DIR": str(folder)}
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = cluster.database()
    with started(folder, **{k: v for k, v in settings.items() if k != "VAR_DIR"}) as copy:
        yield copy, settings


def knowledge(settings: dict[str, str], *words_: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "knowledge", *words_], cwd=ROOT, env=process_environment() | settings,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def keep(backend: str, known: dict[str, float]) -> None:
    """Keep after how many seconds each question was answered, one asked after the other; asserted nowhere."""
    folder = ROOT / "results"
    folder.mkdir(exist_ok=True)
    text = json.dumps(known, ensure_ascii=False, indent=1)
    (folder / f"live-{backend}.json").write_text(text, encoding="utf-8")


def said(copy: Copy, language: str, text: str) -> str:
    """What a visitor who asks nothing else is told."""
    visitor = Visitor(copy, language)
    try:
        return words(visitor.ask(text))
    finally:
        visitor.http.close()


def until_said(copy: Copy, language: str, text: str, wanted: str) -> None:
    """Ask anew until the answer holds `wanted`; a failure shows the last answer."""
    answers: list[str] = []

    def asked() -> bool:
        answers.append(said(copy, language, text))
        return wanted in answers[-1]

    try:
        until(asked, SECONDS)
    except AssertionError:
        raise AssertionError((language, text, answers[-1])) from None


def test_a_new_organisation_is_known_while_the_copy_runs_and_forgotten_when_it_is_retired(
    live: tuple[Copy, dict[str, str]],
) -> None:
    copy, settings = live
    for language, text in QUESTIONS[:3]:
        assert "140" not in said(copy, language, text)
    started_with = {process: copy.process(process).pid for process in ("core", "actions", "gateway")}

    by = ("--by", "Editor")
    knowledge(settings, "add", "organisation", "--id", "ruhrtal", "--en", NAME, "--zh", HAN, "--kind", "company",
              "--city", "Herne", "--country", "Germany", *by)  # fmt: skip
    knowledge(settings, "add", "desk", "--id", "ruhrtal-desk", "--en", "Compressor desk", "--de", "Kompressorenstelle",
              "--zh", "压缩机咨询处", "--answers-for", "ruhrtal", "--email", MAIL, *by)  # fmt: skip
    knowledge(settings, "add", "fact", "--id", "ruhrtal-builds", "--record", "ruhrtal", "--de", FACT, "--source", "src-seed",
              "--as-of", "2026-11", *by)  # fmt: skip

    begun, known = time.monotonic(), {}
    for language, text in QUESTIONS:
        until_said(copy, language, text, FACT)
        known[text] = round(time.monotonic() - begun, 1)
    keep("postgresql" if "DATABASE_URL" in settings else "sqlite", known)
    contact = {
        "en": f"Whom do I contact about {NAME}?",
        "de": f"Wer ist mein Ansprechpartner für {NAME}?",
        "zh": f"关于{HAN}我该联系谁？",
    }
    for language, text in contact.items():
        assert MAIL in said(copy, language, text), text
    assert {process: copy.process(process).pid for process in started_with} == started_with

    before = Visitor(copy, "en")
    shown = before.ask(f"Tell me about {NAME}")
    assert "retired" in knowledge(settings, "retire", "organisation", "ruhrtal", *by)
    assert FACT not in said(copy, *QUESTIONS[1])  # though the new knowledge is still being read
    knowledge(settings, "retire", "desk", "ruhrtal-desk", *by)
    for language, text in [*QUESTIONS, *contact.items()]:
        answer = said(copy, language, text)
        assert FACT not in answer and MAIL not in answer and "140" not in answer, (text, answer)
    # What was shown before leads to no error and to nothing that was taken out.
    after = [
        before.ask("tell me more"),
        *(before.press(shown[-1], n) for n in range(len(shown[-1].get("choices") or ()))),
    ]
    assert not [messages for messages in after if FACT in words(messages) or MAIL in words(messages)]
    assert "Editor  retired fact ruhrtal-builds" in knowledge(settings, "history", "ruhrtal-builds")
