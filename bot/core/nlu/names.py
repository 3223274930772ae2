"""The names of organisations, places and topics: from the action server while it runs, else from the last snapshot."""
import hashlib
import json
import logging
import threading
import urllib.error
import urllib.parse
import urllib.request
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger(__name__)

TYPES = ("organisation", "place", "topic")
MAX_BYTES = 256 * 1024 * 1024
# Another spelling of every record in one answer takes the action server a while.
TIMEOUT = 20.0


class Name(NamedTuple):
    """One way to call a record of the partner database; a `whole` one is not shortened by its legal form."""

    name: str
    language: str
    type: str
    id: str
    whole: bool = False


class PackedNames:
    """Very many names in little memory; iterating makes the `Name`s anew."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        kinds: dict[tuple, int] = {}
        texts: list[str] = []
        self._kind_of = array("I")
        for name in names:
            self._kind_of.append(kinds.setdefault(name[1:], len(kinds)))
            texts.append(" ".join(name.name.split()))
        self._kinds = tuple(kinds)
        self._texts = "\n".join(texts)

    def __iter__(self) -> Iterator[Name]:
        for text, kind in zip(self._texts.split("\n"), self._kind_of):
            yield Name(text, *self._kinds[kind])

    def __len__(self) -> int:
        return len(self._kind_of)


@dataclass(frozen=True)
class NamesList:
    """All names at one revision of the partner database: those at revision `base`, and `later` those of `changed` records."""

    revision: str
    names: PackedNames
    base: str = ""
    changed: frozenset = frozenset()
    later: tuple[Name, ...] = ()


EMPTY = NamesList("", PackedNames())


def parse(document: object, before: NamesList = EMPTY) -> NamesList:
    """Reads {"revision", "base", "names": [{"name", "language", "type", "id"}]}; with "changed", only what differs from
    the names at `base`, which `before` then holds; raises ValueError."""
    if not isinstance(document, dict) or not isinstance(document.get("names"), list):
        raise ValueError("a names list is an object with `revision` and `names`")  # noqa: TRY004
    revision, base = str(document.get("revision", "")), str(document.get("base", ""))
    rows = (row if isinstance(row, Name) else _name(row) for row in document["names"])
    names = (name for name in rows if name.type in TYPES and name.name.strip())
    if "changed" not in document:
        return NamesList(revision, PackedNames(names), base)
    if base != before.base or not isinstance(document["changed"], list):
        raise ValueError("changes of names that are not here")
    return NamesList(revision, before.names, base, frozenset(map(str, document["changed"])), tuple(names))


def _name(row: object) -> Name:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("name", "type", "id")):
        raise ValueError("a name has `name`, `type` and `id`")
    return Name(row["name"], str(row.get("language") or ""), row["type"], row["id"], row.get("whole") is True)


def loads(text: "str | bytes") -> object:
    """Reads JSON with each row made a Name at once: as dictionaries 200,000 rows take 100 MB; raises ValueError."""
    shared: dict[str, str] = {}

    def made(pairs: list) -> object:
        row = dict(pairs)
        if "name" not in row:
            return row
        name = _name(row)
        language, kind, identifier = (shared.setdefault(value, value) for value in name[1:4])
        return Name(name.name, language, kind, identifier, name.whole)

    return json.loads(text, object_pairs_hook=made)


def read_snapshot(path: str) -> NamesList:
    """Returns the names in the snapshot file, or none if there is no readable one."""
    try:
        return parse(loads(Path(path).read_text("utf-8")))
    except FileNotFoundError:
        return EMPTY
    except (OSError, ValueError) as error:
        logger.warning("Names snapshot cannot be used: %s", type(error).__name__)
        return EMPTY


def digest(path: str) -> str:
    """Returns a checksum of the snapshot file's content; of nothing if there is no file."""
    file = Path(path)
    return hashlib.sha256(file.read_bytes() if file.is_file() else b"").hexdigest()


def fetch(url: str, token: str, before: NamesList, timeout: float = TIMEOUT) -> NamesList | None:
    """Asks the action server for what changed; returns None if nothing did; raises OSError or ValueError."""
    query = f"?base={urllib.parse.quote(before.base)}" if before.base else ""
    request = urllib.request.Request(f"{url.rstrip('/')}/names{query}", headers={"Authorization": f"Bearer {token}"})
    if before.revision:
        request.add_header("If-None-Match", f'"{before.revision}"')
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as response:
            body = response.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 304:
            return None
        raise
    if len(body) > MAX_BYTES:
        raise ValueError("names list too long")
    names = parse(loads(body), before)
    return None if before.revision and names.revision == before.revision else names


class NamesSource:
    """Holds the current names and tells its listeners of new ones; the last names stay while the server is away."""

    def __init__(self, names: NamesList) -> None:
        self.names = names
        self._listeners: list[Callable[[NamesList], None]] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self, listener: Callable[[NamesList], None]) -> None:
        """Calls `listener` with the current names now and with each new list later, from the polling thread."""
        self._listeners.append(listener)
        listener(self.names)

    def refresh(self, url: str, token: str) -> bool:
        """Asks once; returns whether the names changed. An unreachable or confused server changes nothing."""
        try:
            names = fetch(url, token, self.names)
        except (OSError, ValueError) as error:
            logger.debug("Names not refreshed: %s", type(error).__name__)
            return False
        if names is None:
            return False
        self.names = names
        for listener in self._listeners:
            listener(names)
        return True

    def start(self, url: str, token: str, seconds: float) -> None:
        """Polls the action server every `seconds` from a daemon thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._poll, args=(url, token, seconds), name="names", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the polling."""
        self._stop.set()

    def _poll(self, url: str, token: str, seconds: float) -> None:
        while True:
            self.refresh(url, token)
            if self._stop.wait(seconds):
                return


_shared: NamesSource | None = None


def shared_source(snapshot: str) -> NamesSource:
    """Returns the one source of this process, starting from the snapshot file."""
    global _shared
    if _shared is None:
        _shared = NamesSource(read_snapshot(snapshot))
    return _shared
