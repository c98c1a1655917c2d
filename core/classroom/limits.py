"""How often somebody may do something: a bucket of tokens for each of them, which fills again with time."""

import time
from collections.abc import Callable

from cachetools import LRUCache

MOST_KEPT = 20_000


class Buckets:
    """Token buckets by key. Each holds `burst` tokens at first and gains `per_second`; an act takes one.

    Args:
        per_second: how often on average.
        burst: how many at once after a pause.
        clock: seconds that only go forward.
    """

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.burst, self.clock = per_second, burst, clock
        self._levels: LRUCache[str, tuple[float, float]] = LRUCache(MOST_KEPT)  # tokens, and when that was

    def take(self, key: str) -> bool:
        """Whether there was a token left."""
        now = self.clock()
        level, since = self._levels.get(key, (float(self.burst), now))
        level = min(self.burst, level + (now - since) * self.per_second)
        may = level >= 1
        self._levels[key] = (level - may, now)
        return may
