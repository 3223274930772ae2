"""Slips of the keyboard are set right; words that are known, and names, stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.partners.common_words import read_common_words
from bot.partners.names import Mention
from bot.partners.spelling import Speller

TEXTS = ["where is the partnership", "where is the department", "since when is the twin city a partner"] * 4


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(TEXTS, read_common_words())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whree is it", "where is it"),
        ("the partnreship", "the partnership"),
        ("the partner ship", "the partnership"),
        ("the twin city", "the twin city"),
        ("the partnres hip", "the partnership"),
        ("the depar tment", "the department"),
        ("the departmnet", "the department"),
        ("twincity", "twin city"),
    ],
)
def test_a_slip_is_set_right(speller: Speller, typed: str, meant: str) -> None:
    assert speller.text(typed) == meant


def test_of_two_words_as_near_the_one_with_the_same_letters_is_meant() -> None:
    speller = Speller(["state state state stadte stadte"], read_common_words())
    assert speller.text("statde") == "stadte"


@pytest.mark.parametrize("text", ["house", "wetter", "2019", "abc", "泸州在哪里", ""])
def test_what_is_known_short_or_no_word_stays(speller: Speller, text: str) -> None:
    assert speller.text(text) == text


def test_a_name_is_not_corrected(speller: Speller) -> None:
    assert speller.text("whree is parther", [Mention(9, 16, "parther", ("x",), 3)]) == "where is parther"


@given(st.text(alphabet="abcdefghij 1泸州", max_size=60))
def test_any_text_is_read_and_corrected_once(text: str) -> None:
    speller = Speller(TEXTS, read_common_words())
    once = speller.text(text)
    assert speller.text(text) == once
