"""Questions as people mistype them: a seeded generator of slips and habits, so that every run asks the same."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Literal, NamedTuple

from opencc import OpenCC
from pypinyin import lazy_pinyin

Level = Literal["none", "light", "heavy"]
LEVELS: tuple[Level, ...] = ("none", "light", "heavy")
SLIP_EVERY: dict[Level, int] = {"light": 25, "heavy": 12}  # characters
HABIT_SHARE: dict[Level, float] = {"light": 0.2, "heavy": 0.45}  # of the writers have each habit
SHORT_WORD = 5  # letters; up to here a word gets one slip, then one more for each further six
APART = 2  # characters between two slips of one word

QWERTY = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
QWERTZ = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
BASE_LETTERS = str.maketrans("äöüßÄÖÜ", "aousAOU")
PARTICLES = "的地得了着过吗呢吧啊呀嘛"
HAN_FIGURES = "〇零一二两三四五六七八九十百千万亿年月日号"
HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]+")
END_OF_CLAUSE = re.compile(r"[.,;:!?，。；：！？](?=\s|$)|[，。；：！？]")
GAP = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")


class Slip(NamedTuple):
    """Characters `start` to `end` become `new`; `length_change` marks dropped and doubled ones, which could cancel out."""

    start: int
    end: int
    new: str
    length_change: bool = False


def noisy(text: str, language: str, level: Level, seed: int = 0) -> str:
    """Returns `text` with the habits and slips of one writer; the same arguments give the same text, digits stay."""
    if level == "none":
        return text
    rng = random.Random(f"{seed}{text}")
    habitual = _habits(text, language, level, rng)
    altered = _words(habitual) - _words(text)
    result = _apply(habitual, planned(habitual, language, level, rng, altered))
    if result == text and level == "heavy":
        result = _apply(text, _pick(text, language, 1, rng))
    return result


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))


def _habits(text: str, language: str, level: Level, rng: random.Random) -> str:
    """What a writer does throughout: small letters, no punctuation, no umlauts, traditional or full-width characters."""
    share = HABIT_SHARE[level]
    small, bare, plain, spelt_out, traditional, wide = (rng.random() < share for _ in range(6))
    if small:
        text = text.lower()
    if bare:
        text = END_OF_CLAUSE.sub(" ", text).replace("  ", " ").rstrip()
    if plain:
        text = _spelt_out(text) if spelt_out else text.translate(BASE_LETTERS)
    if language == "zh":
        if traditional:
            text = _traditional().convert(text)
        if wide:
            text = "".join(_full_width(character) for character in text)
    return text


def _spelt_out(text: str) -> str:
    return "".join(UMLAUTS.get(character, character) for character in text)


def _full_width(character: str) -> str:
    return chr(ord(character) + 0xFEE0) if character.isascii() and character.isalpha() else character


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def planned(text: str, language: str, level: Level, rng: random.Random, altered: Collection[str] = ()) -> list[Slip]:
    """The slips of one text, fewer in words that a habit has `altered`; a last, shorter stretch counts by chance."""
    whole, rest = divmod(len(text), SLIP_EVERY[level])
    return _pick(text, language, whole + (rng.random() < rest / SLIP_EVERY[level]), rng, altered)


def _apply(text: str, slips: list[Slip]) -> str:
    for slip in sorted(slips, reverse=True):
        text = text[: slip.start] + slip.new + text[slip.end :]
    return text


def _pick(text: str, language: str, number: int, rng: random.Random, altered: Collection[str] = ()) -> list[Slip]:
    """At most `number` slips that do not touch each other and leave short words with one."""
    chosen: list[Slip] = []
    words = [
        (word.start(), word.end(), most_slips(len(word.group())) - (word.group().casefold() in altered))
        for word in WORD.finditer(text)
    ]
    kinds = {kind: slips for kind in SHARES if (slips := list(kind(text, language)))}
    while kinds and len(chosen) < number:
        kind = rng.choices(list(kinds), [SHARES[kind] for kind in kinds])[0]
        slip = rng.choice(kinds[kind])
        if _fits(slip, chosen, words):
            chosen.append(slip)
        else:
            kinds[kind].remove(slip)
            kinds = {kind: slips for kind, slips in kinds.items() if slips}
    return chosen


def _fits(slip: Slip, chosen: list[Slip], words: list[tuple[int, int, int]]) -> bool:
    """Whether a slip may be made beside those chosen; `words` are (start, end, most slips)."""
    if any(slip.start < other.end + APART and other.start < slip.end + APART for other in chosen):
        return False
    for start, end, most in words:
        if slip.start <= end and start <= slip.end:
            inside = [other for other in chosen if other.start <= end and start <= other.end]
            if len(inside) >= most:
                return False
            if slip.length_change and any(other.length_change for other in inside):
                return False
    return True


def most_slips(letters: int) -> int:
    """How many slips a word of this length may hold."""
    return 1 if letters <= SHORT_WORD else 1 + (letters - SHORT_WORD) // 6


def _letters(text: str) -> Iterator[tuple[int, str]]:
    for word in WORD.finditer(text):
        yield from enumerate(word.group(), word.start())


@cache
def _neighbours(language: str) -> dict[str, str]:
    """The keys around each key; a row stands half a key right of the one above."""
    rows = QWERTZ if language == "de" else QWERTY
    found: dict[str, str] = defaultdict(str)
    for height, row in enumerate(rows):
        for place, key in enumerate(row):
            found[key] += row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
            if height:
                for above in rows[height - 1][place : place + 2]:
                    found[key] += above
                    found[above] += key
    return found


def neighbour_keys(text: str, language: str) -> Iterator[Slip]:
    """The key beside the one that was meant."""
    keys = _neighbours(language)
    for place, letter in _letters(text):
        for other in keys.get(letter.lower(), ""):
            yield Slip(place, place + 1, other.upper() if letter.isupper() else other)


def swapped(text: str, language: str) -> Iterator[Slip]:
    """Two letters in the wrong order; the first of a word stays, as it does with most people."""
    for word in WORD.finditer(text):
        for place in range(word.start() + 1, word.end() - 1):
            if text[place] != text[place + 1]:
                yield Slip(place, place + 2, text[place + 1] + text[place])


def dropped(text: str, language: str) -> Iterator[Slip]:
    """A letter that was not hit; never the only one of a word."""
    for word in WORD.finditer(text):
        if len(word.group()) > 1:
            for place in range(word.start(), word.end()):
                yield Slip(place, place + 1, "", True)


def doubled(text: str, language: str) -> Iterator[Slip]:
    """A letter that was hit twice."""
    for place, letter in _letters(text):
        yield Slip(place, place + 1, letter * 2, True)


def joined(text: str, language: str) -> Iterator[Slip]:
    """A space that was not hit; never beside a figure."""
    for gap in GAP.finditer(text):
        yield Slip(gap.start(), gap.end(), "")


def split(text: str, language: str) -> Iterator[Slip]:
    """A space within a word, most of all where a compound is taken apart."""
    for word in WORD.finditer(text):
        for place in range(word.start() + 3, word.end() - 2):
            yield Slip(place, place, " ")


def homophones(text: str, language: str) -> Iterator[Slip]:
    """Another character with the same sound, as input methods offer it; never one that stands for a figure."""
    for match in HAN.finditer(text):
        character = match.group()
        if character not in HAN_FIGURES:
            for other in _characters_by_sound().get(lazy_pinyin(character)[0], ""):
                if other != character:
                    yield Slip(match.start(), match.end(), other)


@cache
def _characters_by_sound() -> dict[str, str]:
    """The 3,755 common characters of GB 2312 by their sound without tones."""
    found: dict[str, str] = defaultdict(str)
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA):
            character = bytes((row, cell)).decode("gb2312")
            if character not in HAN_FIGURES:
                found[lazy_pinyin(character)[0]] += character
    return found


def particles_left_out(text: str, language: str) -> Iterator[Slip]:
    """A particle that was not typed."""
    for match in re.finditer(f"[{PARTICLES}]", text):
        yield Slip(match.start(), match.end(), "", True)


def doubled_han(text: str, language: str) -> Iterator[Slip]:
    """A character that was entered twice."""
    for match in HAN.finditer(text):
        if match.group() not in HAN_FIGURES:
            yield Slip(match.start(), match.end(), match.group() * 2, True)


Kind = Callable[[str, str], Iterator[Slip]]
# How often each happens, as far as the text has a place for it. By guess: touch typing first, gaps and sounds after.
SHARES: dict[Kind, int] = {
    neighbour_keys: 3, dropped: 3, swapped: 2, doubled: 2, joined: 1, split: 1,
    homophones: 4, particles_left_out: 2, doubled_han: 1,
}  # fmt: skip
