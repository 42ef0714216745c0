"""Work for several processes: jobs go out, their results come back in the jobs' order.

This module knows no model of Django, because a fresh process reads it before Django stands.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import django

COUNT = min(4, os.cpu_count() or 1)

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_order(work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]:
    """`work` of every job by `COUNT` processes; each is at most one job ahead, so that few results wait in memory."""
    # A fork would inherit Polars' threads with their locks, and our session with the database.
    with ProcessPoolExecutor(COUNT, get_context("spawn"), initializer=_begin) as pool:
        under_way: deque[Future[Result]] = deque()
        for job in jobs:
            if len(under_way) > COUNT:
                yield under_way.popleft().result()
            under_way.append(pool.submit(work, job))
        while under_way:
            yield under_way.popleft().result()


def _begin() -> None:
    """A fresh process finds the settings and the database of the one that started it in its environment."""
    django.setup()
    # What stands by now stays: nobody need look through it for garbage again.
    gc.freeze()
