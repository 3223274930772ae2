"""Whatever is typed, what goes on is short, printable and never a command."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.gateway.input_gate import MAX_CHARACTERS, MAX_TOKEN, MessageTooLong, clean, clean_page

ANY_TEXT = st.text(st.characters(codec=None), max_size=MAX_CHARACTERS)
NASTY = st.text(st.sampled_from("/\\／⁄∕ \t\n\u200b\u200d\u202e\x00\x1b\u0301aß泸👩é\ud800"), max_size=60)


@settings(max_examples=400, deadline=None)
@given(st.one_of(ANY_TEXT, NASTY))
def test_cleaned_text_is_safe_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned[:MAX_CHARACTERS]) == cleaned[:MAX_CHARACTERS] or len(cleaned) > MAX_CHARACTERS
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert not cleaned.startswith(("/", "\\", "／", "⁄", "∕"))
    for character in cleaned:
        assert unicodedata.category(character) not in {"Cc", "Cs", "Cn", "Co"}
        assert unicodedata.category(character) != "Cf" or character in "\u200c\u200d"
    cleaned.encode()


@pytest.mark.parametrize(
    "slashes", ["/", "//", "\\/", "／", "⁄", "∕", " / ", "\u200b/", "\x00/", "/\u200d/", "\u3000/"]
)
@pytest.mark.parametrize("command", ["restart", 'ask_partner{"is_admin":true}', "session_start"])
def test_a_slash_in_front_never_makes_a_command(slashes: str, command: str) -> None:
    assert clean(slashes + command) == command


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  Guten Tag\nHerne ", "Guten Tag Herne"),
        ("a\x1b[31mb", "a[31mb"),
        ("cafe\u0301", "café"),
        ("a\u202eb\u2066c", "abc"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("1/2 oder 3/4?", "1/2 oder 3/4?"),
        ("泸州在哪里？", "泸州在哪里？"),
        ("\ud800泸", "泸"),
    ],
)
def test_ordinary_and_odd_text(typed: str, expected: str) -> None:
    assert clean(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "   ", "\u200b\u200b", "\u200d", "///", "\x00\x01", "\u3000\u2028", "/ / /", "\ue000"]
)
def test_nothing_readable_is_empty(typed: str) -> None:
    assert clean(typed) == ""


def test_long_tokens_are_cut_but_long_chinese_is_not() -> None:
    assert clean("x" * 300 + " end") == "x" * MAX_TOKEN + " end"
    assert clean("a" + "\u0301" * 500).count("\u0301") < MAX_TOKEN
    chinese = "泸州是四川省的一座城市，" * 40
    assert clean(chinese) == chinese


def test_more_than_the_limit_is_refused_and_the_limit_is_not() -> None:
    assert clean("a " * 1000)
    with pytest.raises(MessageTooLong):
        clean("a" * 2001)


@given(st.text(max_size=400))
def test_a_page_is_a_short_path(page: str) -> None:
    path = clean_page(page)
    assert path is None or (0 < len(path) <= 200 and "?" not in path and "#" not in path)
