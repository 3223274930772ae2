"""What an article in HTML says: its words and lines, without what it quotes, signs or hides."""

from __future__ import annotations

from html.parser import HTMLParser

BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"})
LEFT_OUT = frozenset({"script", "style", "blockquote", "head", "title"})
VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source", "track"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._left_out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self._line(tag)
            return
        signature = any(name == "data-signature" for name, _ in attrs)
        if self._left_out or tag in LEFT_OUT or signature:
            self._left_out.append(tag)
        self._line(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag in self._left_out:
            # What was not closed within ends with it.
            del self._left_out[len(self._left_out) - 1 - self._left_out[::-1].index(tag) :]
        self._line(tag)

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.pieces.append(" ".join(data.split()) if data.strip() else " ")
            if data[-1:].isspace():
                self.pieces.append(" ")

    def _line(self, tag: str) -> None:
        if tag in BREAKS and not self._left_out:
            self.pieces.append("\n")


def plain_text(html: str) -> str:
    """Lines of text, at most one empty line between them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split("\n")]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).strip()
