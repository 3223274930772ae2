"""Very many short texts in little memory: one block of bytes instead of an object each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CODE_BITS = 21  # enough for any character


class Strings:
    """Texts by number, about as many bytes as they have letters; not changed after it is made."""

    def __init__(self, texts: Iterable[str]) -> None:
        block = bytearray()
        ends = array("I", [0])
        for text in texts:
            block += text.encode("utf-8", "surrogatepass")
            ends.append(len(block))
        self._block = bytes(block)
        self._ends = np.frombuffer(ends, dtype=np.uint32)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        start, end = int(self._ends[number]), int(self._ends[number + 1])
        return self._block[start:end].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        for start, end in pairwise(self._ends.tolist()):
            yield self._block[start:end].decode("utf-8", "surrogatepass")

    def lengths(self) -> NDArray[np.int64]:
        """Characters of each text."""
        # A byte 10...... continues a character.
        begins = (np.frombuffer(self._block, dtype=np.uint8) & 0xC0) != 0x80
        return np.diff(np.append(0, np.cumsum(begins))[self._ends])

    def are_ascii(self) -> NDArray[np.bool_]:
        """For each text whether it has no character beyond ASCII."""
        return np.equal(self.lengths(), np.diff(self._ends))


class Grams:
    """Which texts share runs of `size` characters with a query; with `padded`, also how a text begins and ends."""

    def __init__(self, texts: Iterable[str], size: int, *, padded: bool) -> None:
        self._size, self._padded = size, padded
        held = list(texts)
        codes, owners = self._codes(held)
        order = np.argsort(codes, kind="stable")
        self._codes_found, starts = np.unique(codes[order], return_index=True)
        self._starts = np.append(starts, len(order)).astype(np.uint32)
        self._owners = owners[order].astype(np.uint32)
        self._total = len(held)
        counts = np.diff(self._starts)
        self._weights = np.log1p(self._total / np.maximum(counts, 1)).astype(np.float32)
        self._norms = np.zeros(self._total, dtype=np.float32)
        np.add.at(self._norms, self._owners, np.repeat(self._weights, counts))

    def near(self, query: str, limit: int, least: float = 0.0) -> NDArray[np.int64]:
        """Numbers of the at most `limit` texts likest to `query`, best first.

        Likeness: shared weight by the text's own (0..1), where rare runs weigh more; at least `least`.
        """
        found, _ = self._codes([query])
        wanted = np.unique(found)
        places = np.searchsorted(self._codes_found, wanted)
        inside = places < len(self._codes_found)
        places = places[inside][self._codes_found[places[inside]] == wanted[inside]]
        if not len(places):
            return np.zeros(0, dtype=np.int64)
        spans = [self._owners[self._starts[p] : self._starts[p + 1]] for p in places]
        weights = np.repeat(self._weights[places], [len(span) for span in spans])
        shared = np.bincount(np.concatenate(spans), weights=weights)
        good = np.flatnonzero(shared > 0)
        likeness = shared[good] / self._norms[good]
        good, likeness = good[likeness > least], likeness[likeness > least]
        if len(good) > limit:
            best = np.argpartition(-likeness, limit)[:limit]
            good, likeness = good[best], likeness[best]
        return good[np.argsort(-likeness, kind="stable")]

    def _codes(self, texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(one code per run, number of the text it is from)."""
        edge = "\n"
        joined = edge + edge.join(texts) + edge
        letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
        owner = np.cumsum(letters == ord(edge)) - 1
        length = len(letters) - self._size + 1
        if length <= 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        codes = np.zeros(length, dtype=np.int64)
        inside = np.ones(length, dtype=bool)
        for shift in range(self._size):
            part = letters[shift : shift + length]
            codes |= part << (CODE_BITS * shift)
            at_edge = part == ord(edge)
            if self._padded and shift in (0, self._size - 1):
                continue
            inside &= ~at_edge
        # A run that begins at an edge belongs to the text after it, whose number the edge already counts.
        return codes[inside], owner[:length][inside]
