"""All classes of this server: one thread that keeps them, and streams to all who want to see what changed."""

import asyncio
import json
import logging
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

from anyio import to_thread
from cachetools import LRUCache
from fastapi import FastAPI

from core.classroom.limits import MOST_KEPT, Buckets
from core.classroom.store import Store, UnknownClassError
from core.faces import game, sample
from demos import classroom_rounds
from demos.sittings import Sittings

Seen = TypeVar("Seen")

log = logging.getLogger(__name__)

HEARTBEAT_S = 10.0  # of a stream on which nothing happens
SWEEP_S = 600.0


class Classroom:
    """All classes of this server.

    Args:
        path: the file they are kept in.
        clock: seconds since the epoch.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.store = Store(path)
        self.sittings: Sittings[game.Sitting] = Sittings(lambda: game.Sitting(sample.load()))
        self.votes = Buckets(per_second=2, burst=10)  # of one phone
        self.openings = Buckets(per_second=1 / 60, burst=30)  # of one address
        self.asks = Buckets(per_second=0.5, burst=10)  # of one class: rounds take a while to make, and room
        self.limits = {
            "visits": Buckets(per_second=300, burst=1500),  # of one address, behind which a whole school may be
            "fetches": Buckets(per_second=1000, burst=6000),  # of one address: 400 phones get twelve pictures each
            "known": Buckets(per_second=200, burst=500),  # of one phone or teacher: ten projectors have one secret
        }
        self._known: LRUCache[str, bool] = LRUCache(MOST_KEPT)
        self._thread = ThreadPoolExecutor(1, "classes")
        self._listening: dict[tuple[str, str], set[asyncio.Event]] = defaultdict(set)  # by class and who listens
        self._n_changes: Counter[tuple[str, str]] = Counter()
        self._common: dict[tuple[str, str], tuple[int, object]] = {}  # after how many changes, and what all see alike
        self._asking = asyncio.Lock()

    def came(self, visitor: str) -> None:
        """A phone or a teacher was found to be of a class: from now on no stranger at the same address can use up what
        it may ask."""
        self._known[visitor] = True

    def may_come(self, limit: str, address: str, visitor: str) -> bool:
        """Whether somebody may ask anything: who is known by who it is, others by their address and one of `limits`."""
        return self.limits["known"].take(visitor) if visitor in self._known else self.limits[limit].take(address)

    async def kept(self, function: Callable, *arguments, **named):
        """The answer of the store, or of something that reads it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*arguments, **named))

    def changed(self, code: str, *listeners: str) -> None:
        """Tells the "phones" or the "screens" of a class to look again."""
        for who in listeners:
            self._n_changes[code, who] += 1
            for event in self._listening.get((code, who), ()):
                event.set()

    def common(self, code: str, who: str, look: Callable[[Store, str], Seen]) -> Seen:
        """What all "phones" or "screens" of a class see alike: `look` is asked once after each change. For the store's
        thread alone."""
        n_changes = self._n_changes[code, who]
        kept_since, seen = self._common.get((code, who), (None, None))
        if kept_since != n_changes:
            seen = look(self.store, code)
            self._common[code, who] = n_changes, seen
        return seen

    @contextmanager
    def _listener(self, code: str, who: str) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._listening[code, who].add(event)
        try:
            yield event
        finally:
            self._listening[code, who].discard(event)
            if not self._listening[code, who]:
                del self._listening[code, who]

    async def stream(self, code: str, who: str, view: Callable[[], dict], pause_s: float) -> AsyncIterator[str]:
        """Server-sent events: what `view` gives, at once and whenever it changed; a comment where nothing happens."""
        last = None
        with self._listener(code, who) as changed:
            while True:
                changed.clear()
                try:
                    shown = json.dumps(await self.kept(view), ensure_ascii=False)
                except UnknownClassError:
                    yield "event: gone\ndata: {}\n\n"
                    return
                if shown != last:
                    yield f"data: {shown}\n\n"
                    last = shown
                    await asyncio.sleep(pause_s)
                try:
                    await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
                except TimeoutError:
                    yield ": \n\n"

    async def ask(self, code: str, kind: str, setting: dict, is_hidden: bool) -> None:
        """A new round; one is made at a time."""
        async with self._asking:
            make = classroom_rounds.make
            forged = await self.kept(classroom_rounds.forged, self.store, code) if kind == "unmask" else None
            made = await to_thread.run_sync(make, kind, setting, self.sittings, code, forged)
            await self.kept(self.store.ask, code, kind, made.content, made.files, is_hidden)
        self.changed(code, "phones", "screens")

    async def forget(self, code: str) -> None:
        """A class is gone, with all that is in it."""
        await self.kept(self.store.delete_class, code)
        self._gone(code)

    async def forget_old(self) -> None:
        """Classes are gone a day after they were opened."""
        for code in await self.kept(self.store.forget_old, self.clock()):
            self._gone(code)

    def _gone(self, code: str) -> None:
        self.sittings.forget(code)
        self.changed(code, "phones", "screens")
        for who in ("phones", "screens"):
            self._common.pop((code, who), None)

    async def sweep(self) -> None:
        """`forget_old`, again and again."""
        while True:
            try:
                await self.forget_old()
            except Exception:
                log.exception("old classes could not be deleted; it is tried again")
            await asyncio.sleep(SWEEP_S)


@asynccontextmanager
async def lifespan(site: FastAPI) -> AsyncIterator[None]:
    """While the site runs, old classes are swept out."""
    sweeping = asyncio.create_task(site.state.classroom.sweep())
    yield
    sweeping.cancel()
