"""Files as browsers keep them for ever: packed and compressed once at the start, under a name that tells their content."""

import re
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response

from bot.channels.web.packing import pack_widget
from bot.common.look import LOOK
from bot.replies.greeting import chat_notice
from bot.replies.web_page_widget import LABELS, WIDGET
from bot.settings import Settings

STATIC_PATH = "/static"
FOLDERS = (LOOK, Path(__file__).resolve().parent / "static")
FOR_EVER = "public, max-age=31536000, immutable"
FOR_MINUTES = "public, max-age=300"  # what has one name for ever: the line on other websites
_VERSION = re.compile(r"[0-9a-f]{16}")
_GZIP = 31  # window of 32 KB in a gzip frame
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Assets:
    """The page's and the widget's files, all under one version: `/static/VERSION/NAME`."""

    def __init__(self, files: Mapping[str, Sequence[bytes]]) -> None:
        """`files` in parts that are compressed each on its own terms."""
        digest = sha256()
        self._files = {name: b"".join(parts) for name, parts in files.items()}
        for name, body in sorted(self._files.items()):
            digest.update(b"%s\0%d\0%s" % (name.encode(), len(body), body))
        self.version = digest.hexdigest()[:16]
        self.packed = {name: gzipped(*parts) for name, parts in files.items()}
        self._entry = f'import ".{STATIC_PATH}/{self.version}/widget.js";\n'.encode()

    @property
    def folder(self) -> str:
        """Where the files are, seen from the root."""
        return f"{STATIC_PATH}/{self.version}"

    def respond(self, version: str, name: str, headers: Headers) -> Response | None:
        """The file, or None when there is none. A page from before an update gets today's file, and does not keep it."""
        if name not in self._files or not _VERSION.fullmatch(version):
            return None
        kept = FOR_EVER if version == self.version else "no-store"
        media_type = _MEDIA_TYPES[Path(name).suffix]
        sent = {"Cache-Control": kept, "Vary": "Accept-Encoding, Origin"}
        if _takes_gzip(headers.get("accept-encoding", "")):
            return Response(self.packed[name], headers=sent | {"Content-Encoding": "gzip"}, media_type=media_type)
        return Response(self._files[name], headers=sent, media_type=media_type)

    def entry(self) -> Response:
        """`/widget.js`: the one name that other websites write down; leads to the files of today."""
        headers = {"Cache-Control": FOR_MINUTES, "Vary": "Origin"}
        return Response(self._entry, headers=headers, media_type=_MEDIA_TYPES[".js"])


def read_assets(settings: Settings) -> Assets:
    """All files, with the words and what the operator has set for the notice."""
    files: dict[str, tuple[bytes, ...]] = {
        path.name: (path.read_bytes(),)
        for folder in FOLDERS
        for path in folder.iterdir()
        if path.suffix in _MEDIA_TYPES
    }
    texts = {
        code: words
        | {
            "notice": chat_notice(code, settings.retention_days),
            "privacy_url": settings.privacy_url,
        }
        for code, words in WIDGET.items()
    }
    return Assets(files | pack_widget(LABELS, texts))


def gzipped(*parts: bytes) -> bytes:
    """As small as zlib makes it; the same bytes for the same parts. Each part has its own code of short and long signs."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP, 9)
    packed = [packer.compress(part) + packer.flush(zlib.Z_BLOCK) for part in parts[:-1]]
    return b"".join([*packed, packer.compress(parts[-1]), packer.flush()])


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";")
        if coding == "gzip":
            return weight not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
