"""The only maker of database engines: one Base, one engine per process, sessions, migrations."""

from bot.store.engine import Base, Store, StoreUnavailable, is_reachable, migrate

__all__ = ["Base", "Store", "StoreUnavailable", "is_reachable", "migrate"]
