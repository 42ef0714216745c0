"""Work for a while in another database of the same server: a copy that is made ready before it takes the place of ours, or a trial."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from dunwell.store import dumps


@contextmanager
def turned_to(database: str) -> Iterator[None]:
    """Django works in that database meanwhile."""
    usual = dumps.here()
    _turn(database)
    try:
        yield
    finally:
        _turn(usual)


def _turn(database: str) -> None:
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database
