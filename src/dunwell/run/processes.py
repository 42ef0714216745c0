"""Work for several processes: jobs go out, their results come back in the jobs' order.

This module knows no model of Django, because a fresh process reads it before Django stands.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TypeVar

import django

COUNT = min(4, os.cpu_count() or 1)

Job = TypeVar("Job")
Result = TypeVar("Result")


@contextmanager
def in_order(work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Iterator[Result]]:
    """`work` of every job by `COUNT` processes, which begin at once; each is at most one job ahead, so that few results wait in memory."""
    waiting = iter(jobs)
    # A fork would inherit Polars' threads with their locks, and our session with the database.
    with _old_left_alone(), ProcessPoolExecutor(COUNT, get_context("spawn"), initializer=_begin) as pool:
        under_way = deque(pool.submit(work, job) for job in islice(waiting, COUNT + 1))

        def results() -> Iterator[Result]:
            while under_way:
                done = under_way.popleft().result()
                under_way.extend(pool.submit(work, job) for job in islice(waiting, 1))
                yield done

        yield results()


@contextmanager
def _old_left_alone() -> Iterator[None]:
    """What stood here before the results come is not searched for cycles with every few of them: that would cost more than taking them."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _begin() -> None:
    """A fresh process finds the settings and the database of the one that started it in its environment."""
    # Ctrl-C reaches both: the one that started it decides, and when that one is killed nobody is left waiting for jobs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    # Values refer to no one that refers to them: counting references frees them all, and looking for cycles only costs time.
    gc.disable()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
