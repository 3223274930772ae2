"""SQL away from the event loop: one short transaction in a thread, with a deadline."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.gateway.problems import Problem
from bot.store import Store, StoreUnavailable

DEADLINE_SECONDS = 7.0  # above the database's own 5 s, below the 8 s in which a visitor gets an apology


class Database:
    """Runs `work(session)` in a thread of its own pool, so that a locked database cannot starve other work."""

    def __init__(self, store: Store, threads: int = 8) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="database")

    async def run[T](self, work: Callable[[Session], T]) -> T:
        """The result of one transaction; raises Problem("store_away") when the database does not answer in time."""
        return await self._in_thread(self._store.run, work)

    async def ping(self) -> None:
        """One round trip; raises Problem("store_away")."""
        await self._in_thread(self._store.ping)

    async def truncate_log(self) -> None:
        """Empty SQLite's write-ahead log, where erased text would otherwise stay readable for a while."""
        if self._store.engine.dialect.name == "sqlite":
            await self._in_thread(self._checkpoint)

    def _checkpoint(self) -> None:
        connection = self._store.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            connection.close()

    async def _in_thread[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await asyncio.wait_for(
                loop.run_in_executor(self._pool, partial(work, *args, **kwargs)), DEADLINE_SECONDS
            )
        except (StoreUnavailable, TimeoutError, PoolTimeout) as error:
            raise Problem("store_away", retry_after=5) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Problem("store_away", retry_after=5) from error
            raise

    def close(self) -> None:
        """Lets running transactions end; nothing new is taken."""
        self._pool.shutdown(wait=True, cancel_futures=True)
