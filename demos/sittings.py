"""What belongs to one visitor for a while, in memory only, and then is gone."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import cachetools

Kept = TypeVar("Kept")

KEPT_S = 1800.0
N_KEPT = 300


class Sittings(Generic[Kept]):
    """One thing for each visitor's token. It goes when it has not been asked for during half an hour, whether anybody
    asks for another or not, when the visitor says so, or when many newer ones have come.

    Args:
        make: makes a new visitor's.
        kept_s: for how long it is kept after it was asked for.
        clock: seconds that only go forward.
    """

    def __init__(
        self, make: Callable[[], Kept], kept_s: float = KEPT_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make, self._kept_s = make, kept_s
        self._cache: cachetools.TTLCache = cachetools.TTLCache(N_KEPT, kept_s, clock)
        self._lock = threading.Lock()
        self._sweeper: threading.Timer | None = None

    def __len__(self) -> int:
        return len(self._cache)

    def of(self, token: str) -> Kept:
        """The visitor's, a new one where there is none (any more)."""
        with self._lock:
            kept = self._cache[token] if token in self._cache else self._make()
            self._cache[token] = kept  # from now on for `kept_s`
            self._sweep_later()
            return kept

    def there(self, token: str) -> Kept | None:
        """The visitor's, or None where there is none."""
        with self._lock:
            return self._cache.get(token)

    def forget(self, token: str) -> None:
        """The visitor's is gone."""
        with self._lock:
            self._cache.pop(token, None)

    def _sweep_later(self) -> None:
        if self._sweeper is None and len(self._cache):
            self._sweeper = threading.Timer(self._kept_s / 10, self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        with self._lock:
            self._cache.expire()
            self._sweeper = None
            self._sweep_later()
