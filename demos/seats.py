"""Seats for visitors who each have a network of their own, and the line before the few that can learn at once."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Work = TypeVar("Work")

SILENT_S = 3.0  # who has not asked for so long has left the line or the learners
TURN_S = 20.0  # who has learnt for so long gives way to who waits


class Seats(Generic[Work]):
    """One piece of work for each visitor's token; the visitor who was away longest loses it first.

    Args:
        make: makes the work of a new visitor.
        n_learning: how many may learn at once.
        n_kept: how many pieces of work are kept.
        clock: seconds that only go forward.
    """

    def __init__(
        self, make: Callable[[], Work], n_learning: int, n_kept: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.make, self.n_learning, self.n_kept, self.clock = make, n_learning, n_kept, clock
        self._works: dict[str, Work] = {}  # the one used last at the end
        self._learning: dict[str, float] = {}  # since when
        self._waiting: list[str] = []
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def work(self, token: str) -> Work:
        """The visitor's work, new if there is none (any more)."""
        with self._lock:
            work = self._works[token] if token in self._works else self.make()
            self._keep(token, work)
            return work

    def replace(self, token: str, work: Work) -> None:
        """Gives the visitor other work."""
        with self._lock:
            self._keep(token, work)

    def place_in_line(self, token: str) -> int:
        """0: the visitor may learn now. Otherwise the place in the line, which is kept while asking goes on."""
        with self._lock:
            now = self.clock()
            self._seen[token] = now
            self._forget_the_silent(now)
            if token in self._learning and self._waiting and now - self._learning[token] > TURN_S:
                del self._learning[token]
            if token not in self._learning and token not in self._waiting:
                self._waiting.append(token)
            while self._waiting and len(self._learning) < self.n_learning:
                self._learning[self._waiting.pop(0)] = now
            return 0 if token in self._learning else self._waiting.index(token) + 1

    def leave(self, token: str) -> None:
        """The visitor stops learning, or waiting."""
        with self._lock:
            self._seen.pop(token, None)
            self._forget_the_silent(self.clock())

    def _keep(self, token: str, work: Work) -> None:
        self._works.pop(token, None)
        self._works[token] = work
        while len(self._works) > self.n_kept:
            del self._works[next(iter(self._works))]

    def _forget_the_silent(self, now: float) -> None:
        self._seen = {token: last for token, last in self._seen.items() if now - last <= SILENT_S}
        self._learning = {token: since for token, since in self._learning.items() if token in self._seen}
        self._waiting = [token for token in self._waiting if token in self._seen]
