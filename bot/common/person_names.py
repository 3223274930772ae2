"""Names that visitors give themselves ("my name is", "ich heiße", "我叫") or address people with ("Frau", "先生")."""

from __future__ import annotations

import re

MOST_WORDS = 4

_WORD = r"[^\W\d_\u3400-\u9fff](?:[^\W\d_\u3400-\u9fff]|['’.-](?=[^\W\d_]))*\.?"
_PARTICLE = "(?:von|van|de|der|den|del|la|zu|zum|zur|bin|al)"
_TITLE = r"(?i:herrn?|frau|mr|mrs|ms|miss|mister|dr|prof|professor|dipl|ing)\.?(?![^\W\d_])"
# What gives the name of the person who writes; the next words are the name, however they are written.
_GIVEN = re.compile(
    r"(?<![^\W_])(?:my (?:full |last |first )?name(?: is|['’]s|:)|the name(?: is|['’]s)|i am called|call me(?= [A-ZÄÖÜ])"
    r"|ich hei(?:ß|ss)e|mein name(?: ist|:| lautet)|man nennt mich|name:|wo jiao|wo de mingzi shi|signed,?)[\s:,]*",
    re.I,
)
# What often gives something else ("I am looking for"): only titles or two capitalised words are taken for a name.
_MAYBE = re.compile(
    r"(?<![^\W_])(?:i am|i['’]m|this is|ich bin|hier ist|hier spricht|gez\.|regards,?|grüße,?|gruß,?)[\s:,]+", re.I
)
_TITLED = re.compile(
    rf"(?<![^\W_])(?i:herrn?|frau|mrs?|ms|mister|miss)\.? ((?:{_TITLE} )*[A-ZÄÖÜ]{_WORD}(?: [A-ZÄÖÜ]{_WORD})?)"
)
_CAPITALISED = re.compile(rf"((?:{_TITLE} )*)({_WORD})((?: (?:{_PARTICLE} )*[A-ZÄÖÜ]{_WORD})*)")
_STOP = frozenset([
    "and", "from", "i", "im", "i'm", "at", "with", "but", "working", "what", "where", "when", "who", "which", "how",
    "why", "is", "are", "the", "a", "an", "of", "for", "in", "on", "to", "could", "can", "do", "does", "please",
    "und", "aus", "bei", "mit", "ich", "wir", "was", "wo", "wann", "wer", "wie", "welche", "warum", "ist", "sind",
    "der", "die", "das", "ein", "eine", "für", "am", "aber", "arbeite", "suche", "komme", "bitte", "not", "nicht",
    "kein", "looking", "interested",
])  # fmt: skip

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "張劉陳楊黃趙吳孫馬羅鄭許韓馮鄧蕭葉蘇魏呂盧鐘譚陸汪範賈韋鄒邱龍陶賀顧龔邵萬錢嚴湯"
)
_DOUBLE = "(?:欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|夏侯|慕容|令狐|尉迟|皇甫)"
_FULL = rf"(?:{_DOUBLE}|[{_SURNAMES}])"
_HAN = r"\u3400-\u9fff"
# Characters after which a sentence goes on, so a name ends before them.
_GOES_ON = "想请請来來在是从從和要问問有也了的吗嗎呢，。,.、；;！!？?"
_HAN_GIVEN = re.compile(
    rf"(?:我叫|我的名字(?:叫|是)|我名叫|名字[:：是]|姓名[:：是]?|本人|大家叫我)\s*(?:做)?\s*"
    rf"({_DOUBLE}[^{_GOES_ON}\W\da-zA-Z]{{1,2}}|[{_HAN}][^{_GOES_ON}\W\da-zA-Z]{{1,2}}|{_WORD}(?: [A-Z]{_WORD}){{0,2}})"
)
_HAN_SURNAME = re.compile(rf"(?:免贵|免貴|敝|我|本人)姓\s*({_DOUBLE}|[{_HAN}])")
_HAN_MAYBE = re.compile(rf"(?:我是|我叫|这里是)\s*({_FULL}[^{_GOES_ON}\W\da-zA-Z]{{1,2}})(?=$|[\s，。,.！!；;、])")
_HAN_TITLED = re.compile(rf"({_FULL}[{_HAN}]{{0,2}}?)(?=先生|女士|小姐|太太)")


def names_in(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of names, without overlaps; no attempt is made on names nobody introduces."""
    found: list[tuple[int, int]] = []
    for cue in _GIVEN.finditer(text):
        found += _after(text, cue.end(), sure=True)
    for cue in _MAYBE.finditer(text):
        found += _after(text, cue.end(), sure=False)
    for pattern in (_TITLED, _HAN_GIVEN, _HAN_SURNAME, _HAN_MAYBE, _HAN_TITLED):
        found += [match.span(1) for match in pattern.finditer(text)]
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _after(text: str, start: int, *, sure: bool) -> list[tuple[int, int]]:
    """The name that begins at `start`; when not `sure` only after a title or as two capitalised words."""
    match = _CAPITALISED.match(text, start)
    if not match or match.group(2).casefold() in _STOP:
        return []
    title, first, rest = match.groups()
    words = [w for w in rest.split() if w]
    while words and words[-1].casefold() in _STOP:
        words.pop()
    words = _until_stop(words)[: MOST_WORDS - 1]
    if not sure:
        named = bool(title) or (first[:1].isupper() and bool(words))
        return [(start, _end_of(text, match.end(2), words))] if named else []
    if not words and first[:1].islower():
        # All in small letters: the surname follows unless the sentence does.
        follow = re.compile(rf" ({_WORD})").match(text, match.end(2))
        if follow and follow.group(1).casefold() not in _STOP:
            return [(start, follow.end(1))]
    return [(start, _end_of(text, match.end(2), words))]


def _until_stop(words: list[str]) -> list[str]:
    for number, word in enumerate(words):
        if word.casefold() in _STOP:
            return words[:number]
    return words


def _end_of(text: str, end: int, words: list[str]) -> int:
    """Where the last of the words ends, none of them skipped; a full stop belongs to the sentence."""
    for word in words:
        end = text.index(word, end) + len(word)
    return end - 1 if text[end - 1] == "." else end
