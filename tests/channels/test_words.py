"""Every word of the messengers stands in English, German and Chinese, with the same values."""

import re
from string import Formatter

import pytest

from bot.channels.messengers.records import COMMANDS as NAMES
from bot.channels.messengers.wiring import MAKERS, NEEDED
from bot.replies.messengers import CHOICES, COMMANDS, LABELS, LINES, PROVIDERS, command_lines, label
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import LINES as STAFF
from bot.replies.staff_lines import line as staff_line
from bot.settings import Settings

HAN = re.compile(r"[\u3400-\u9fff]")
TEXTS = {f"{group} {key}": texts for group, table in (
    ("label", LABELS), ("line", LINES), ("choice", CHOICES), ("command", COMMANDS), ("provider", PROVIDERS),
) for key, texts in table.items()}  # fmt: skip


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_stands_in_three_languages_with_the_same_values() -> None:
    assert {key for key, texts in TEXTS.items() if set(texts) != set(LANGUAGES) or not all(texts.values())} == set()
    assert {key for key, texts in TEXTS.items() if len({frozenset(values(t)) for t in texts.values()}) > 1} == set()


def test_chinese_texts_are_chinese_and_use_its_punctuation_and_the_others_are_not() -> None:
    assert {key for key, texts in TEXTS.items() if HAN.search(texts["en"] + texts["de"])} == set()
    plain = {key: re.sub(r"\{\w+\}|https?://\S+", "", texts["zh"]) for key, texts in TEXTS.items()}
    assert {key for key, text in plain.items() if re.search(r"[,;!?]|[\u4e00-\u9fff][.:]", text)} == set()
    assert {key for key, text in plain.items() if len(text) > 12 and not HAN.search(text)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_written_from_right_to_left_is_kept_apart_and_others_stay_as_they_are(language: str) -> None:
    assert STAFF["joined"][language].format(name="\u2068ليلى\u2069") == staff_line("joined", language, name="ليلى")
    assert "\u2068" not in staff_line("closed", language, name="Anna Müller", number="4F7K-2")
    assert label("staff", language, name="ליאור (IT)").startswith("\u2068ליאור (IT)\u2069")
    assert label("staff", language, name="王芳") == LABELS["staff"][language].format(name="王芳")


def test_german_texts_address_the_visitor_politely() -> None:
    assert {key for key, texts in TEXTS.items() if re.search(r"\b([Dd]u|[Dd]ich|[Dd]ein\w*)\b", texts["de"])} == set()


def test_every_command_is_explained_and_every_channel_has_a_provider_and_its_settings() -> None:
    assert set(COMMANDS) == set(NAMES) - {"start"}
    assert set(PROVIDERS) == set(MAKERS) == set(NEEDED)
    assert {name for names in NEEDED.values() for name in names} <= set(Settings.model_fields)
    assert command_lines({"help": "帮助", "web": "网页"}, "zh").splitlines()[0].startswith("帮助：")
