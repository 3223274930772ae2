"""Modules of rasa_sdk that are loaded when first used: sending traces needs gRPC, 12 MB of it, answering does not."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType

LAZY = ("rasa_sdk.tracing.config",)


class LazyFinder(importlib.abc.MetaPathFinder):
    """Import hook: stands before the ordinary finders, answers for the names above only."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in LAZY:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def install() -> None:
    """Put the hook in place; to be called before rasa_sdk is imported."""
    if not any(isinstance(finder, LazyFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, LazyFinder())
