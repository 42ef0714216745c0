"""Mail fetched by IMAP (RFC 3501), without marking or moving anything: the mailbox stays as its people left it.

New mail is told by UIDs: those above the last one seen, as long as the folder's UIDVALIDITY stays. `wait` uses IDLE (RFC 2177)
where the server knows it, else it sleeps for the polling interval.
"""

from __future__ import annotations

import base64
import imaplib
import re
import select
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date

from dunwell.core.channel import Bearer
from dunwell.core.refusal import Refusal
from dunwell.plugins import oauth

MAILS_MAX = 500
"""In one fetch; the rest comes with the next one."""
BYTES_MAX = 25_000_000
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
BEYOND_ASCII = re.compile(r"[^\x20-\x7e]+")
IDLE_S_MAX = 25 * 60
"""Servers end an IDLE after half an hour."""


class MailboxDown(Refusal):
    """The mailbox {name} does not answer: {said}. Is the server running, are name and password right?"""


@dataclass(frozen=True, slots=True)
class Config:
    """`security`: `tls` (port 993), `starttls` (port 143), or `none` for a server on this machine or a private net.

    `login` names a sign-in by OAuth 2 that stands instead of the password.
    """

    host: str
    username: str
    password: str = field(default="", metadata={"secret": True}, repr=False)
    login: str = ""
    port: int = 993
    security: str = field(default="tls", metadata={"choices": ("tls", "starttls", "none")})
    folder: str = "INBOX"
    timeout_s: int = 60
    ca_file: str = ""
    plus: str = field(default="no", metadata={"choices": ("yes", "no")})
    """Whether letters ask to be answered to mailbox+customer@domain: the server must deliver such addresses to the mailbox."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail with its place in the mailbox; `raw` is None where the mail is larger than we keep."""

    mailbox: str
    uid: int
    raw: bytes | None


class Mailbox:
    """An open folder, read-only."""

    def __init__(self, server: imaplib.IMAP4, config: Config) -> None:
        self._server, self._config = server, config
        server.select(quoted(config.folder), readonly=True)
        validity = server.response("UIDVALIDITY")[1]
        self.name = f"{config.username}@{config.host}/{config.folder}/{text(validity[0])}"

    def after(self, uid: int) -> Iterator[Fetched]:
        """The mails with a higher number, in their order."""
        _, found = self._server.uid("SEARCH", f"UID {uid + 1}:*")
        # "7:*" also names the last mail where all numbers are lower.
        numbers = sorted(number for number in map(int, text(found[0]).split()) if number > uid)
        for number in numbers[:MAILS_MAX]:
            _, sizes = self._server.uid("FETCH", str(number), "(RFC822.SIZE)")
            if int(text(sizes[0]).rpartition("RFC822.SIZE ")[2].rstrip(") ")) > BYTES_MAX:
                yield Fetched(self.name, number, None)
                continue
            _, parts = self._server.uid("FETCH", str(number), "(BODY.PEEK[])")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if raw is not None:  # Somebody may have deleted it in between.
                yield Fetched(self.name, number, raw)

    def heads_since(self, day: date) -> Iterator[bytes]:
        """The header lines of the mails that came to lie here on a day or later, in their order."""
        _, found = self._server.uid("SEARCH", f"SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}")
        for number in text(found[0]).split():
            _, parts = self._server.uid("FETCH", number, "(BODY.PEEK[HEADER])")
            yield from (part[1] for part in parts if isinstance(part, tuple))

    def wait(self, seconds: float) -> bool:
        """Wait for new mail at most so long; True where the server said that there is some."""
        seconds = min(seconds, IDLE_S_MAX)
        if "IDLE" not in self._server.capabilities:
            time.sleep(seconds)
            self._server.noop()
            return True
        tag = self._server._new_tag()  # imaplib learns IDLE with Python 3.14
        self._server.send(tag + b" IDLE\r\n")
        if not self._server.readline().startswith(b"+"):
            return True
        until, heard = time.monotonic() + seconds, False
        while not heard and (left := until - time.monotonic()) > 0:
            if not select.select([self._server.sock], [], [], left)[0]:
                break
            heard = b"EXISTS" in self._server.readline()
        self._server.send(b"DONE\r\n")
        while not self._server.readline().startswith(tag):
            pass
        return heard


@contextmanager
def opened(config: Config, bearer: Bearer | None = None) -> Iterator[Mailbox]:
    """The folder of a mailbox; a silent or refusing server is one sentence."""
    with connected(config, bearer) as server:
        yield Mailbox(server, config)


@contextmanager
def connected(config: Config, bearer: Bearer | None) -> Iterator[imaplib.IMAP4]:
    """A server that we are signed in at."""
    try:
        server = _signed_in(config, bearer)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxDown(name=config.host, said=_said(error)) from None
    try:
        yield server
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxDown(name=config.host, said=_said(error)) from None
    finally:
        with suppress(OSError, imaplib.IMAP4.error):  # It may have hung up already.
            server.logout()


def _signed_in(config: Config, bearer: Bearer | None) -> imaplib.IMAP4:
    trust = ssl.create_default_context(cafile=config.ca_file or None)
    server: imaplib.IMAP4
    if config.security == "tls":
        server = imaplib.IMAP4_SSL(config.host, config.port, ssl_context=trust, timeout=config.timeout_s)
    else:
        server = imaplib.IMAP4(config.host, config.port, timeout=config.timeout_s)
        if config.security == "starttls":
            server.starttls(trust)
    if bearer is None:
        server.login(config.username, config.password)
    else:
        _bear(server, config, bearer)
    return server


def _bear(server: imaplib.IMAP4, config: Config, bearer: Bearer) -> None:
    offered = [one.removeprefix("AUTH=") for one in server.capabilities if one.startswith("AUTH=")]
    mechanism = oauth.mechanism(offered)
    # The server may explain a refusal in a second challenge, which is answered by an empty line.
    words = iter([oauth.said(mechanism, config.username, config.host, config.port, bearer.token())])
    try:
        server.authenticate(mechanism, lambda _: next(words, oauth.FAREWELL[mechanism]).encode())
    except imaplib.IMAP4.error:
        bearer.refused()
        raise


def quoted(folder: str) -> str:
    """A folder's name as it stands in a command (RFC 3501, 5.1.3): letters beyond ASCII in a UTF-7 of IMAP's own."""
    name = BEYOND_ASCII.sub(_in_utf7, folder.replace("&", "&-"))
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _in_utf7(letters: re.Match[str]) -> str:
    code = base64.b64encode(letters[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{code}-"


def text(value: bytes | tuple[bytes, bytes] | None) -> str:
    """What the server said, as text."""
    found = value[0] if isinstance(value, tuple) else value
    return (found or b"").decode("ascii", "replace")


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
