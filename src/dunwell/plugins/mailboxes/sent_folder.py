"""The folder of sent mail: copies of our letters are put there by IMAP's APPEND, so that people find them where they look."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from dunwell.core.channel import Bearer
from dunwell.core.refusal import Refusal
from dunwell.plugins.mailboxes import imap
from dunwell.plugins.mailboxes.imap import Config, quoted, text

LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)')
MARK = rb"\sent"
"""RFC 6154: the server itself says which folder it is."""


class NoSentFolder(Refusal):
    """The mailbox {name} has no folder {folder!r}. It has: {known}"""


class CopyRefused(Refusal):
    """The mailbox does not take a copy of this letter: {said}"""


class SentFolder:
    """An open folder of sent mail; nothing in it is read but Message-IDs, and nothing is ever changed."""

    def __init__(self, server: imaplib.IMAP4, config: Config) -> None:
        self._server = server
        folders = _folders(server)
        self.name = (
            quoted(config.folder) if config.folder else next((n for n, is_sent in folders.items() if is_sent), "")
        )
        known, _ = server.select(self.name, readonly=True) if self.name else ("NO", [])
        if known != "OK":
            raise NoSentFolder(name=config.host, folder=config.folder or "\\Sent", known=", ".join(folders))

    def holds(self, message_id: str) -> bool:
        """A mail of this Message-ID lies there: ours of before, or the server's own copy."""
        _, found = self._server.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"')
        return bool(text(found[0]).split())

    def keep(self, letter: bytes, at: datetime) -> None:
        """Put a copy there, marked as read."""
        said, words = self._server.append(self.name, r"(\Seen)", imaplib.Time2Internaldate(at), letter)
        if said != "OK":
            raise CopyRefused(said=text(words[0]) if words else said)


@contextmanager
def opened(config: Config, bearer: Bearer | None = None) -> Iterator[SentFolder]:
    with imap.connected(config, bearer) as server:
        yield SentFolder(server, config)


def _folders(server: imaplib.IMAP4) -> dict[str, bool]:
    """The folders' names as commands take them, with whether it is the one of sent mail."""
    _, lines = server.list()
    found = (LISTED.fullmatch(line) for line in lines if isinstance(line, bytes))
    return {one["name"].decode(): MARK in one["flags"].lower() for one in found if one}
