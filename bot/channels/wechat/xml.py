"""The platform's XML: read without document types and entities, written so that no text leaves its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

MAX_FIELDS = 64
# Characters that XML 1.0 has no place for.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotUnderstood(Exception):
    """Not the XML that the platform sends."""


class _Fields:
    """Collects the text of the elements right below the root; what is deeper is left out."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._depth = 0
        self._name = ""
        self._text: list[str] = []

    def start(self, name: str, _: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and name != "xml":
            raise NotUnderstood
        if self._depth == 2:
            self._name, self._text = name, []

    def text(self, data: str) -> None:
        if self._depth == 2:
            self._text.append(data)

    def end(self, _: str) -> None:
        if self._depth == 2:
            if self._name in self.found or len(self.found) >= MAX_FIELDS:
                raise NotUnderstood  # which of two senders would be meant?
            self.found[self._name] = "".join(self._text)
        self._depth -= 1


def read(body: bytes) -> dict[str, str]:
    """The fields below `<xml>`; raises NotUnderstood, also for any document type or entity of its own."""
    fields, parser = _Fields(), expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = fields.start, fields.end
    parser.CharacterDataHandler = fields.text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise NotUnderstood from None
    return fields.found


def write(fields: Mapping[str, str | int]) -> str:
    """`<xml>` with these fields; text stands in CDATA."""
    lines = [f"<{name}>{value if isinstance(value, int) else _cdata(value)}</{name}>" for name, value in fields.items()]
    return f"<xml>{''.join(lines)}</xml>"


def _cdata(text: str) -> str:
    clean = _NO_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{clean}]]>"


def _refuse(*_: object) -> None:
    raise NotUnderstood
