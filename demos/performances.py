"""Long pieces of work that visitors wait for: one for each visitor, one at a time, with progress and a way out."""

import atexit
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import cachetools

log = logging.getLogger(__name__)

Step = TypeVar("Step")

N_KEPT = 8  # ten minutes of sound are 38 MB
KEPT_S = 1800
SILENT_S = 15.0  # who has not asked for so long does not wait any more


@dataclass
class Job(Generic[Step]):
    """A piece of work: its last step, and whether it has ended, by itself, by the visitor, or by an error."""

    work: Callable[[], Iterator[Step]]
    step: Step | None = None
    is_done: bool = False
    has_failed: bool = False
    is_cancelled: bool = False
    asked_at: float = 0.0


class Performances(Generic[Step]):
    """A visitor's new work takes the place of the old. The work is a generator; between two of its steps it may be
    told to end, and it ends where nobody has asked for it for 15 seconds.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: cachetools.TTLCache = cachetools.TTLCache(N_KEPT, KEPT_S)
        self._line: list[Job[Step]] = []
        self._lock = threading.Condition()
        self._worker: threading.Thread | None = None
        self._is_closed = False

    def start(self, token: str, work: Callable[[], Iterator[Step]]) -> None:
        """Puts work into the line."""
        with self._lock:
            self._cancel(token)
            job = Job(work, asked_at=self._clock())
            self._jobs[token] = job
            self._line.append(job)
            if self._worker is None:
                self._worker = threading.Thread(target=self._run, daemon=True)
                self._worker.start()
                atexit.register(self.close)
            self._lock.notify()

    def job(self, token: str) -> tuple[Job[Step] | None, int]:
        """The visitor's work, None where there is none (any more), and its place in the line: 0 is being done."""
        with self._lock:
            job = self._jobs.get(token)
            if job:
                job.asked_at = self._clock()
            return job, self._line.index(job) if job in self._line else 0

    def cancel(self, token: str) -> None:
        """Ends the visitor's work at its next step."""
        with self._lock:
            self._cancel(token)

    def close(self) -> None:
        """Ends everything at its next step, and waits for that: nothing may compute while the interpreter ends."""
        with self._lock:
            self._is_closed = True
            for job in self._line:
                job.is_cancelled = True
            self._lock.notify()
            worker = self._worker
        if worker:
            worker.join()

    def _cancel(self, token: str) -> None:
        job = self._jobs.pop(token, None)
        if job:
            job.is_cancelled = True

    def _is_wanted(self, job: Job[Step]) -> bool:
        if self._clock() - job.asked_at > SILENT_S:
            job.is_cancelled = True
        return not job.is_cancelled

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._line and not self._is_closed:
                    self._lock.wait()
                if not self._line:
                    return
                job = self._line[0]
            try:
                with contextlib.closing(job.work()) as work:
                    while self._is_wanted(job) and (step := next(work, None)) is not None:
                        job.step = step
            except Exception:
                log.exception("a piece of work failed")
                job.has_failed = True
            job.has_failed |= job.is_cancelled
            job.is_done = True
            with self._lock:
                self._line.pop(0)
