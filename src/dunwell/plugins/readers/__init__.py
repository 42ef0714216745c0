"""Readers: a plain dict from a name to what makes one. `openai` needs an endpoint and is never chosen by itself."""

from __future__ import annotations

from collections.abc import Callable

from dunwell.core.reading import Reader
from dunwell.plugins.readers.classifier import shipped
from dunwell.plugins.readers.remote import Endpoint, RemoteReader
from dunwell.plugins.readers.reply import LocalReader


def local_reader() -> Reader:
    return LocalReader(shipped("replies"))


def openai_reader(endpoint: Endpoint) -> Reader:
    return RemoteReader(endpoint, local_reader())


READERS: dict[str, Callable[..., Reader]] = {"local": local_reader, "openai": openai_reader}
