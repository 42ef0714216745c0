"""Readers: a plain dict from a name to what makes one."""

from __future__ import annotations

from collections.abc import Callable

from dunwell.core.reading import Reader
from dunwell.plugins.readers.classifier import shipped
from dunwell.plugins.readers.reply import LocalReader

READERS: dict[str, Callable[[], Reader]] = {
    "local": lambda: LocalReader(shipped("replies")),
}
