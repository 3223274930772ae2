"""The noise generator: always the same, true to figures, and really noisy."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import noise
from tests.noise import LEVELS, Level, noisy

LANGUAGES = st.sampled_from(["en", "de", "zh"])
QUESTIONS = {
    "en": "Since when are Herne and Luzhou twin cities, and who signed the agreement in Berlin in 2019?",
    "de": "Seit wann sind Herne und Luzhou Partnerstädte, und wer unterschrieb 2019 in Düsseldorf?",
    "zh": "黑尔讷和泸州是什么时候结为友好城市的？2019年的协议是谁签署的呢？",
}
WORDS = st.text(st.sampled_from("abcdehilnrstuzäöüßABW 0123456789.,?，。？的吗中国工业经济联合会哪一年成立泸州"))
TEXTS = WORDS | st.text()
LONGER = st.builds(
    str.__add__, st.text(st.characters(categories=["L"]) | st.sampled_from("aeä中的"), min_size=20), TEXTS
)
# The tables of characters and sounds are read at first use, which takes longer than one example may.
untimed = settings(deadline=None, derandomize=True)  # the same examples at each run: one that fails fails again


@untimed
@given(TEXTS, LANGUAGES, st.sampled_from(LEVELS), st.integers(0, 5))
def test_the_same_question_is_mistyped_the_same_way_each_time(
    text: str, language: str, level: Level, seed: int
) -> None:
    assert noisy(text, language, level, seed) == noisy(text, language, level, seed)


@untimed
@given(TEXTS, LANGUAGES, st.sampled_from(LEVELS), st.integers(0, 5))
def test_figures_stay_whole(text: str, language: str, level: Level, seed: int) -> None:
    assert re.findall(r"\d+", noisy(text, language, level, seed)) == re.findall(r"\d+", text)


@untimed
@given(TEXTS, LANGUAGES)
def test_without_noise_the_text_stays(text: str, language: str) -> None:
    assert noisy(text, language, "none") == text


@untimed
@given(LONGER, LANGUAGES, st.integers(0, 5))
def test_heavy_noise_changes_every_longer_text(text: str, language: str, seed: int) -> None:
    assert noisy(text, language, "heavy", seed) != text


@untimed
@given(WORDS, LANGUAGES, st.sampled_from(["light", "heavy"]), st.integers(0, 5))
def test_a_short_word_has_at_most_one_slip(text: str, language: str, level: Level, seed: int) -> None:
    slips = noise.planned(text, language, level, random.Random(seed))
    for word in noise.WORD.finditer(text):
        touching = [slip for slip in slips if slip.start <= word.end() and word.start() <= slip.end]
        assert len(touching) <= noise.most_slips(len(word.group()))
    assert noise.most_slips(noise.SHORT_WORD) == 1


def test_a_short_word_without_its_umlaut_has_no_slip_besides() -> None:
    plans = [noise.planned("fuer fuer", "de", "heavy", random.Random(seed), {"fuer"}) for seed in range(50)]
    assert not any(plans)
    assert any(noise.planned("fuer fuer", "de", "heavy", random.Random(seed)) for seed in range(50))


@pytest.mark.parametrize("language", QUESTIONS)
def test_heavy_noise_has_about_twice_the_slips_of_light_noise(language: str) -> None:
    def slips(level: Level) -> float:
        text = QUESTIONS[language]
        counts = [len(noise.planned(text, language, level, random.Random(seed))) for seed in range(200)]
        return len(text) / (sum(counts) / len(counts))

    assert slips("light") == pytest.approx(noise.SLIP_EVERY["light"], rel=0.2)
    assert slips("heavy") == pytest.approx(noise.SLIP_EVERY["heavy"], rel=0.3)


@pytest.mark.parametrize("language", QUESTIONS)
def test_seeds_give_different_texts(language: str) -> None:
    assert len({noisy(QUESTIONS[language], language, "heavy", seed) for seed in range(20)}) >= 18


def test_each_kind_of_slip_and_habit_occurs() -> None:
    german = {noisy(QUESTIONS["de"], "de", "heavy", seed) for seed in range(60)}
    chinese = {noisy(QUESTIONS["zh"], "zh", "heavy", seed) for seed in range(60)}
    assert any("Dusseldorf" in text for text in german) and any("Duesseldorf" in text for text in german)
    assert any(text == text.lower() for text in german)
    assert any("?" not in text for text in german)
    assert any("友好城市" not in text and "黑爾訥" in text for text in chinese)
    assert any("？" not in text for text in chinese)
    assert any("Ｃ" in noisy("CFIE是哪一年成立的？", "zh", "heavy", seed) for seed in range(60))


def test_slips_are_of_the_keyboard_of_the_language() -> None:
    def instead_of_z(language: str) -> set[str]:
        return {slip.new for slip in noise.neighbour_keys("z", language)}

    assert "t" in instead_of_z("de") and "t" not in instead_of_z("en")
    assert "x" in instead_of_z("en")


def test_a_homophone_sounds_the_same_and_is_no_figure() -> None:
    offered = {slip.new for slip in noise.homophones("市三", "zh")}
    assert "是" in offered
    assert not offered & set(noise.HAN_FIGURES)
