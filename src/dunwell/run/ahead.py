"""Two things at once: while one is used, the next is made.

Reading a file is work for Python, writing it down is work for the database: together they need the time of the longer one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def of(items: Iterable[Item]) -> Iterator[Item]:
    """The items in their order, each made in a thread while the one before is used; one ahead, so that memory stays bounded."""
    source = iter(items)

    def following() -> tuple[Item, ...]:
        return tuple(islice(source, 1))

    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(following)
        while found := coming.result():
            coming = maker.submit(following)
            yield from found


def begun(make: Callable[[], Item]) -> Future[Item]:
    """Begin in a thread what is wanted later; its `result()` waits for it."""
    maker = ThreadPoolExecutor(1)
    coming = maker.submit(make)
    maker.shutdown(wait=False)
    return coming
