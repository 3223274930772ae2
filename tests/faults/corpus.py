"""Hostile and odd texts and bodies: a fixed part, and as many more as wanted, the same at every run."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

ODD = (
    "", " ", "\n\t", "\x00", "\u200b", "\ufeff", "\u202eabc\u202c", "\x1b[31mred", "\ud83d", "👨‍👩‍👧‍👦", "😀" * 400, "é" * 1000,
    "Z̸̨̛͖̟" * 500, "a" * 2000, "a" * 2001, "字" * 2000, "1" * 2000, "." * 2000, "?!?!...", "1234567890", "０１２３", "٣٤٥",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "{{7*7}}", "${7*7}", "{0}", "{name}",
    "%s%n%x", "'; DROP TABLE chat_session; --", "\" OR 1=1 --", "../../../../etc/passwd", "file:///etc/passwd", "${jndi:ldap://x}",
    "=HYPERLINK(\"http://example.org\")", "+1", "@x", "-1+1|cmd", "NaN", "null", "true", "None", "[]", "{}", '{"x": [1]}', "/restart",
    "Привет, как дела?", "مرحبا", "שלום", "こんにちは", "Ηеrne", "Неrnе", "ｗｈｅｒｅ", "℡", "ﷺ" * 100, "\u0300" * 200, "ß" * 500,
    "@" * 1000, "a@" * 900, "a." * 900 + "@", "a@example.org " * 140, "+49 " * 400, "00 " * 600, "http://" + "a" * 1900, "Luzhou " * 280,
    "泸州" * 900, "Innobanx? " * 190, "und " * 450, "wann " * 380, "Wo? " * 450, "什么？" * 600, "lu zhou " * 240, "- " * 1000, "(" * 1000,
)  # fmt: skip
BODIES = (
    b"", b"[]", b'"x"', b"5", b"null", b"true", b"{", b'{"id":', b"\xff\xfe", b"a=b&c=d", b"[" * 20_000, b'{"id": ' + b"9" * 6_000 + b"}",
    b'{"id": NaN}', b'{"id": 1, "text": "x"}', b'{"id": "1", "text": "x"}', b'{"text": "x"}', b'{"id": "\\u0000", "text": "x"}',
    b'{"id": "00000000-0000-0000-0000-000000000000"}', b'{"id": "00000000-0000-0000-0000-000000000000", "text": {"a": 1}}',
    b'{"id": "00000000-0000-0000-0000-000000000000", "text": null, "choice": null}', b"<xml/>", b"\x00" * 100, b"x" * 70_000,
    b'{"language": 1, "notice_accepted": true}', b'{"notice_accepted": "yes"}', b'{"page": "\\u0000", "notice_accepted": true}',
    b'{"language": "' + b"e" * 5000 + b'", "notice_accepted": true}', b'{"resume": "x.y.z", "notice_accepted": true}',
)  # fmt: skip
PLAIN = {
    "en": "What is the population of Luzhou and since when is it twinned with Herne? Who is behind the Centre, please tell me more",
    "de": "Wie viele Menschen leben in Luzhou und seit wann gibt es die Partnerschaft mit Herne? Wer steht hinter dem Zentrum, bitte",
    "zh": "泸州 有 多少 人口 和 黑尔讷 什么时候 结为 友好 城市 谁 负责 中国 中心 请 告诉 我",
}
_NOISE = "\u200b\u200d\u0301\u202e\x00\x07 \n/\\{}<>%$#@!?.,;:'\"`~^&*()[]|=+-_0９零٣aZäß字한ゲжש🙂"
# What no reply may hold: traces of the inside, or braces of a template that was not filled in.
LEAKS = re.compile(
    r"Traceback|\.py\b|sqlite|psycopg|sqlalchemy|uvicorn|sanic|pydantic|starlette|site-packages|SELECT |INSERT |rasa\b|/usr/|/tmp/|"
    r"NoneType|\{[a-z_]+\}|\{\{",
    re.IGNORECASE,
)


def texts(language: str, count: int) -> Iterator[str]:
    """The fixed ones first; then words of the language with noise in, around and between them."""
    yield from ODD[:count]
    chance = random.Random(f"{language} {count}")
    words = PLAIN[language].split()
    for _ in range(count - len(ODD)):
        chosen = chance.choices(words, k=chance.randint(1, 12))
        text = list((" " if chance.random() < 0.8 else "").join(chosen))
        for _ in range(chance.choice((0, 1, 2, 5, 20))):
            text.insert(chance.randint(0, len(text)), chance.choice(_NOISE))
        for _ in range(chance.choice((0, 0, 1, 3))):
            if text:
                text[chance.randrange(len(text))] = chr(
                    chance.choice((chance.randrange(0x20, 0x3000), chance.randrange(0x20000)))
                )
        yield "".join(text) * chance.choice((1, 1, 1, 2, 30))
