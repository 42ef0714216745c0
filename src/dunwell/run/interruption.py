"""Ctrl-C and an orderly shutdown, told to whoever is at work instead of breaking in."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def by_signals(halt: Callable[[str], None]) -> Iterator[None]:
    """Ctrl-C and an orderly shutdown end the delivery after the messages under way, so that none becomes unknown."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, lambda *_: halt("interrupted")) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
