"""The desk's words are complete, and canned texts can be filled in."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.desk.canned import PLACEHOLDERS, offers, read_canned
from bot.desk.pages import FOLDER
from bot.handoff.offices import HandoffDataError
from bot.replies import desk_times
from bot.replies.desk import DESK, words
from bot.replies.desk_case import CASE
from bot.replies.desk_figures import FIGURES
from bot.settings import ROOT

PARTS = (DESK, CASE, FIGURES)
DELIVERED = ROOT / "data" / "handoff"
DAY = datetime(2026, 11, 23, 9, 0)


def test_every_word_is_there_in_german_and_english() -> None:
    for part in PARTS:
        for key, texts in part.items():
            assert set(texts) == {"de", "en"} and all(texts.values()), key
            places = [set(re.findall(r"{\w*}", text)) for text in texts.values()]
            assert places[0] == places[1], key
    assert sum(len(part) for part in PARTS) == len(words("de"))


def test_templates_use_words_that_exist_and_no_word_is_left_over() -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in (FOLDER / "templates").glob("*.html"))
    used += "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    named = set(re.findall(r"\bt\.(\w+)", used))
    assert named <= set(words("de"))
    families = tuple(re.findall(r't\["(\w+_)" ~', used))
    unused = {
        key for key in words("de")
        if key not in named and not key.startswith((*families, "now_")) and not re.search(rf'"{key}"', used)
    }  # fmt: skip
    assert unused == set()


def test_no_template_holds_a_sentence_or_a_script_of_its_own() -> None:
    for path in (FOLDER / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        classes = r"{% block kind %}[\w ]*{% endblock %}"
        plain = re.sub(rf"{classes}|{{%.*?%}}|{{{{.*?}}}}", " ", text, flags=re.S)
        bare = re.sub(r"<[^>]*>|data-[a-z-]+=", " ", plain, flags=re.S)
        assert not re.search(r"[A-Za-zÄÖÜäöüß]{2}", re.sub(r"&\w+;", " ", bare)), path.name
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:|\|\s*safe", text), path.name


def test_the_delivered_texts_fill_in_and_name_every_placeholder() -> None:
    texts = read_canned(DELIVERED)
    values = {code: {name: f"<{name}>" for name in PLACEHOLDERS} for code in ("en", "de", "zh")}
    filled = offers(texts, ["zh", "de", "en"], "en", values)
    assert list(filled) == ["zh", "de", "en"]
    for code in filled:
        whole = "".join(offer.text for offer in filled[code])
        assert all(f"<{name}>" in whole for name in PLACEHOLDERS) and "{" not in whole


@pytest.mark.parametrize(
    "fault",
    [
        "texts: [{id: a, title: {de: A, en: A}, text: {en: A, de: A}}]",
        "texts: [{id: a, title: {de: A}, text: {en: A, de: A, zh: A}}]",
        "texts: [{id: a, title: {de: A, en: A}, text: {en: '{who}', de: A, zh: A}}]",
        "texts: 5",
        "a: [",
    ],
)
def test_faulty_texts_are_named_when_they_are_read(tmp_path: Path, fault: str) -> None:
    (tmp_path / "canned.yml").write_text(fault, encoding="utf-8")
    with pytest.raises(HandoffDataError, match=r"canned\.yml"):
        read_canned(tmp_path)


def test_times_are_written_as_people_read_them() -> None:
    assert desk_times.moment(DAY.replace(hour=8, minute=5), DAY, "de") == "08:05"
    assert desk_times.moment(DAY - timedelta(days=1), DAY, "de") == "22. November, 09:00"
    assert desk_times.moment(DAY - timedelta(days=365), DAY, "en") == "23 November 2025, 09:00"
    assert desk_times.duration(timedelta(minutes=80, seconds=59), "en") == "1 h 20 min"
    assert desk_times.duration(timedelta(seconds=59), "de") == "0 Min."
    assert desk_times.there_from(DAY, "en") == "from Monday, 23 November, 09:00 (Herne)"
    assert desk_times.there_from(DAY, "zh") == "从11月23日（星期一）09:00起（黑尔讷时间）"
    assert desk_times.there_from(None, "de") == desk_times.NOBODY["de"]
    assert desk_times.there_until(DAY, "de") == "heute bis 09:00 Uhr"
