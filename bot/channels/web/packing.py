"""The widget's sources packed as they are served: the button, and the chat that is loaded when it is opened."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "widget"
BUTTON = ("dom.js", "widget.js")
CHAT = ("view.js", "log.js", "api.js", "outbox.js", "composer.js", "frame.js", "chat.js")
SHARED = 'import { draw, el, icon, sheet } from "./widget.js";\n'

WORDS_BY_NAME = """const texts = {};
for (const code in lines) texts[code] = Object.fromEntries(lines[code].split("\\n").map((text, n) => [names.split("\\n")[n], text]));
"""

_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=\w)", re.MULTILINE)
# What is kept as it stands (strings, templates without backticks inside, regular expressions), comments, and spaces.
_JS_PIECE = re.compile(
    r"""(?P<kept>"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[(,=:!&|?])[ ]?/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)"""
    r"|(?P<comment>(?<![:\"'])//[^\n]*|/\*.*?\*/)|(?P<space>\s+)"
)
_WORD = re.compile(r"[\w$#\"`]")
_GOES_ON = frozenset("{}(,;=:?&|>")  # a line ending so is no whole statement, or ends one by itself
_CSS_SPACE = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")


def pack_widget(
    labels: Mapping[str, Mapping[str, str]], texts: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[bytes, ...]]:
    """File name -> content in parts that are unlike each other, which compress best apart: style, words by script, code.

    `labels` are the button's words by language, `texts` those of the chat.
    """
    style = small_css((FOLDER / "chat.css").read_text(encoding="utf-8"))
    *parts, last = (_read(name) for name in CHAT)
    chat = "".join(_EXPORT.sub("", part) for part in parts)
    button = small_js(f"const labels = {_json(labels)};\n{''.join(_read(name) for name in BUTTON)}")
    whole = (
        small_js(f"{SHARED}const css = {_json(style)};\n"),
        *_words(texts),
        small_js(f"{WORDS_BY_NAME}{chat}{last}"),
    )
    return {"widget.js": (button.encode(),), "chat.js": tuple(part.encode() for part in whole)}


def _words(texts: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """Names of the words once, then the words of each language in that order, a line each; Chinese apart.

    Raises ValueError for a text of several lines.
    """
    names = list(texts["en"])
    if any("\n" in text for words in texts.values() for text in words.values()):
        raise ValueError("a word of the chat is one line")
    lines = {code: _json("\n".join(words[name] for name in names)) for code, words in texts.items()}
    latin = ",".join(f"{code}:{line}" for code, line in lines.items() if code != "zh")
    return f"const names={_json('\n'.join(names))},lines={{{latin},", f"zh:{lines['zh']}}};"


def _read(name: str) -> str:
    """A module's text without its imports: what they name stands in the same file."""
    return _IMPORT.sub("", (FOLDER / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def small_js(source: str) -> str:
    """Without comments, indentation and needless spaces; names, strings and line ends between statements stay."""
    pieces: list[str] = []
    end = 0
    for found in _JS_PIECE.finditer(source):
        pieces.append(source[end : found.start()])
        end = found.end()
        if found["kept"]:
            pieces.append(found["kept"].strip())
        elif found["space"]:
            pieces.append("\n" if "\n" in found["space"] else " ")
    pieces = [piece for piece in [*pieces, source[end:]] if piece]
    return "".join(_needed(pieces)).strip()


def _needed(pieces: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for number, piece in enumerate(pieces):
        if piece.isspace():
            before = kept[-1][-1] if kept else "\n"
            after = next((other[0] for other in pieces[number + 1 :] if not other.isspace()), "\n")
            if before.isspace() or (piece == " " and not (_WORD.match(before) and _WORD.match(after))):
                continue
            if piece == "\n" and (before in _GOES_ON or after in ")}]?:&|."):
                continue
        kept.append(piece)
    return kept


def small_css(source: str) -> str:
    """Without what only its readers need."""
    return _CSS_SPACE.sub(lambda found: found.group(1) or "", source).replace(";}", "}").strip()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
