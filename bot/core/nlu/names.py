"""The names of organisations, places and topics: from the action server while it runs, else from the last snapshot."""
import hashlib
import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

TYPES = ("organisation", "place", "topic")
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Name:
    """One way to call a record of the partner database."""

    name: str
    language: str
    type: str
    id: str


@dataclass(frozen=True)
class NamesList:
    """All names at one revision of the partner database."""

    revision: str
    names: tuple[Name, ...]


EMPTY = NamesList("", ())


def parse(document: object) -> NamesList:
    """Reads the JSON form {"revision", "names": [{"name", "language", "type", "id"}]}; raises ValueError."""
    if not isinstance(document, dict) or not isinstance(document.get("names"), list):
        raise ValueError("a names list is an object with `revision` and `names`")  # noqa: TRY004
    names: list[Name] = []
    for row in document["names"]:
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("name", "type", "id")):
            raise ValueError("a name has `name`, `type` and `id`")
        if row["type"] in TYPES and row["name"].strip():
            names.append(Name(row["name"], str(row.get("language") or ""), row["type"], row["id"]))
    return NamesList(str(document.get("revision", "")), tuple(names))


def read_snapshot(path: str) -> NamesList:
    """Returns the names in the snapshot file, or none if there is no readable one."""
    try:
        return parse(json.loads(Path(path).read_text("utf-8")))
    except FileNotFoundError:
        return EMPTY
    except (OSError, ValueError) as error:
        logger.warning("Names snapshot cannot be used: %s", type(error).__name__)
        return EMPTY


def digest(path: str) -> str:
    """Returns a checksum of the snapshot file's content; of nothing if there is no file."""
    file = Path(path)
    return hashlib.sha256(file.read_bytes() if file.is_file() else b"").hexdigest()


def fetch(url: str, token: str, revision: str, timeout: float = 2.0) -> NamesList | None:
    """Asks the action server; returns None if nothing changed; raises OSError or ValueError."""
    request = urllib.request.Request(f"{url.rstrip('/')}/names", headers={"Authorization": f"Bearer {token}"})
    if revision:
        request.add_header("If-None-Match", f'"{revision}"')
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
    names = parse(json.loads(body))
    return None if revision and names.revision == revision else names


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
            names = fetch(url, token, self.names.revision)
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
