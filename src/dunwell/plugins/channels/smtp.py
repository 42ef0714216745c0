"""E-mail by SMTP, command by command, so that every failure is known by the stage at which it happened.

Until the final dot has been written nothing was delivered: a lost connection or a refusal is a definite failure. After the
dot the server may have taken the message: without its reply the outcome is unknown. One sending uses one connection of a
small pool; connections are kept and used again.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime

from dunwell.core.channel import Bearer, Capabilities, ChannelDown, Limits, Outgoing, Receipt, Refused, Reply
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown
from dunwell.plugins import dkim_signature, oauth

CLOSING = 421
"""The server shuts the connection down; the message is not to blame."""
SIZE = 552
ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.\[\]:-]+")
"""Printable ASCII without blanks and angle brackets."""
LINE_STARTING_WITH_A_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Config:
    """`security`: `starttls` (port 587), `tls` (port 465), or `none` for a server on this machine or a private net.

    `login` names a sign-in by OAuth 2 that stands instead of the password. With `dkim_key` (PEM) letters are signed for `dkim_domain`.
    """

    host: str
    port: int = 587
    security: str = field(default="starttls", metadata={"choices": ("starttls", "tls", "none")})
    username: str = ""
    password: str = field(default="", metadata={"secret": True}, repr=False)
    login: str = ""
    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_key: str = field(default="", metadata={"secret": True}, repr=False)
    connections: int = 4
    per_second: int = 0
    per_domain_per_minute: int = 60
    timeout_s: int = 60
    hello_as: str = ""
    ca_file: str = ""


@dataclass
class Smtp:
    config: Config
    bearer: Bearer | None = None
    _idle: list[smtplib.SMTP] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    capabilities = Capabilities(length_max=None, html=True, attachments=True, receipts=True, idempotent=False)

    @property
    def limits(self) -> Limits:
        config = self.config
        return Limits(config.connections, config.per_second, config.per_domain_per_minute)

    def send(self, message: Outgoing, key: str) -> Receipt:
        server, is_used = self._connection()
        try:
            try:
                replies = _envelope(server, message)
            except smtplib.SMTPServerDisconnected:
                if not is_used:
                    raise
                # Servers close idle connections. Nothing of this message went out: it starts afresh on a new one.
                server.close()
                server = self._open()
                replies = _envelope(server, message)
            last_words = _data(server, _final(self.config, message))
        except (smtplib.SMTPException, OSError) as error:
            server.close()
            raise DeliveryFailed(
                f"the connection was lost before the message was out: {error}", permanent=False
            ) from error
        except (DeliveryFailed, OutcomeUnknown):
            self._settle(server)
            raise
        self._keep(server)
        return Receipt(last_words, replies)

    def check(self) -> str:
        server = self._open()
        code, text = server.noop()
        _farewell(server)
        return f"{self.config.host}:{self.config.port} answers {code} {_words(text)}"

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for server in idle:
            _farewell(server)

    def _connection(self) -> tuple[smtplib.SMTP, bool]:
        with self._lock:
            if self._idle:
                return self._idle.pop(), True
        return self._open(), False

    def _keep(self, server: smtplib.SMTP) -> None:
        with self._lock:
            self._idle.append(server)

    def _settle(self, server: smtplib.SMTP) -> None:
        """After a refusal the connection serves the next message, if it still stands."""
        if server.sock is None:
            return
        try:
            code, _ = server.docmd("RSET")
        except (smtplib.SMTPException, OSError):
            code = CLOSING
        self._keep(server) if code == 250 else server.close()

    def _open(self) -> smtplib.SMTP:
        config = self.config
        server: smtplib.SMTP | None = None
        try:
            context = ssl.create_default_context(cafile=config.ca_file or None)
            if config.security == "tls":
                server = smtplib.SMTP_SSL(
                    config.host, config.port, config.hello_as or None, timeout=config.timeout_s, context=context
                )
            else:
                server = smtplib.SMTP(config.host, config.port, config.hello_as or None, timeout=config.timeout_s)
            server.ehlo_or_helo_if_needed()
            if config.security == "starttls":
                server.starttls(context=context)
                server.ehlo_or_helo_if_needed()
            if self.bearer is not None:
                _bear(server, config, self.bearer)
            elif config.username:
                server.login(config.username, config.password)
        except ChannelDown:
            if server is not None:
                server.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            if server is not None:
                server.close()
            raise ChannelDown(_why_down(config, error)) from error
        if server.sock is not None:
            # The final dot is a small packet of its own: without this it waits for the server's acknowledgement.
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server


def _envelope(server: smtplib.SMTP, message: Outgoing) -> tuple[Reply, ...]:
    """MAIL and RCPT: who it is from and for; gives each recipient's reply when somebody of `to` was accepted."""
    # A server that does not speak 8BITMIME would refuse the parameter; the bytes are then 7-bit by their making.
    options = " BODY=8BITMIME" if server.has_extn("8bitmime") else ""
    wires = {address: _wire(address) for address in (*message.to, *message.copies)}
    commands = [f"MAIL FROM:<{_wire(message.sender)}>{options}"]
    answers = _answers(server, [*commands, *(f"RCPT TO:<{wire}>" for wire in wires.values() if wire)])
    code, text = next(answers)
    if code == CLOSING:
        raise smtplib.SMTPServerDisconnected(_words(text))
    if code == SIZE:
        raise DeliveryFailed(f"too large: {code} {_words(text)}", permanent=True)
    if code >= 500:
        raise ChannelDown(f"the mail server does not take mail from {message.sender}: {code} {_words(text)}")
    if code != 250:
        raise _temporary(code, text)
    replies = []
    for address, wire in wires.items():
        if not wire:
            replies.append(Reply(address, 553, "5.1.3 not an address that mail can be sent to"))
            continue
        code, text = next(answers)
        if code == CLOSING:
            raise _temporary(code, text)
        replies.append(Reply(address, code, _words(text)))
    to = [reply for reply in replies if reply.address in message.to]
    if not any(reply.is_accepted for reply in to):
        raise Refused("; ".join(map(str, to)), permanent=all(reply.code >= 500 for reply in to), replies=replies)
    return tuple(replies)


def _answers(server: smtplib.SMTP, commands: list[str]) -> Iterator[tuple[int, bytes]]:
    """The reply to each command; where the server allows it (RFC 2920) they all go out at once and cost one journey, not several."""
    if server.has_extn("pipelining"):
        server.send("".join(f"{command}\r\n" for command in commands))
        yield from [server.getreply() for _ in commands]
    else:
        for command in commands:
            yield server.docmd(command)


def _bear(server: smtplib.SMTP, config: Config, bearer: Bearer) -> None:
    """Sign in with a token, by the mechanism that the server knows."""
    mechanism = oauth.mechanism(server.esmtp_features.get("auth", "").split())
    said = oauth.said(mechanism, config.username, config.host, config.port, bearer.token())
    try:
        # The server explains a refusal in a challenge, which is answered by an empty line before it says the code.
        server.auth(mechanism, lambda challenge=None: said if challenge is None else oauth.FAREWELL[mechanism])
    except smtplib.SMTPAuthenticationError:
        bearer.refused()
        raise


def _final(config: Config, message: Outgoing) -> bytes:
    """The bytes that leave: the approved ones under their `Date`, and the signature over both where the domain has a key."""
    body = f"Date: {format_datetime(message.at)}\r\n".encode() + message.mime
    if not config.dkim_key:
        return body
    return dkim_signature.sign(body, config.dkim_domain, config.dkim_selector, config.dkim_key)


def _data(server: smtplib.SMTP, body: bytes) -> str:
    """DATA, the bytes and the final dot; gives the server's last words. Only here can the outcome become unknown."""
    code, text = server.docmd("DATA")
    if code != 354:
        raise _refusal(code, text)
    # Few letters have such a line, and looking for the pair of bytes costs a tenth of replacing it.
    if b"\n." in body:
        body = LINE_STARTING_WITH_A_DOT.sub(b"..", body)
    server.send(body if body.endswith(b"\r\n") else body + b"\r\n")
    try:
        server.send(b".\r\n")
        code, text = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        server.close()
        raise OutcomeUnknown(f"the connection died after the message went out: {error}") from error
    if code == 250:
        return f"{code} {_words(text)}"
    if 400 <= code < 600:
        raise _refusal(code, text)
    server.close()
    raise OutcomeUnknown(f"the server answered the message with {code} {_words(text)}")


def _wire(address: str) -> str:
    """The address as it stands in a command; empty when it cannot: nothing that ends the command may slip in."""
    local, _, domain = address.rpartition("@")
    try:
        wire = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return ""
    return wire if local and ADDRESS.fullmatch(wire) else ""


def _refusal(code: int, text: bytes) -> DeliveryFailed:
    return DeliveryFailed(f"{code} {_words(text)}", permanent=500 <= code < 600)


def _temporary(code: int, text: bytes) -> DeliveryFailed:
    return DeliveryFailed(f"{code} {_words(text)}", permanent=False)


def _words(text: bytes) -> str:
    return text.decode("utf-8", "replace").replace("\n", " ").strip()


def _farewell(server: smtplib.SMTP) -> None:
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _why_down(config: Config, error: Exception) -> str:
    place = f"{config.host}:{config.port}"
    match error:
        case ssl.SSLCertVerificationError():
            why, remedy = (
                f"its certificate is not trusted ({error.verify_message})",
                "Check the host's name or set ca_file.",
            )
        case smtplib.SMTPAuthenticationError() if config.login:
            why, remedy = (
                f"the sign-in {config.login!r} of {config.username} is refused ({error.smtp_code})",
                f"Sign in anew: `dunwell mail login {config.login}`.",
            )
        case smtplib.SMTPAuthenticationError():
            why, remedy = f"the password of {config.username} is refused ({error.smtp_code})", "Set it anew."
        case smtplib.SMTPNotSupportedError():
            why, remedy = str(error), f"`security` is {config.security!r}: does the server offer it on this port?"
        case _:
            why, remedy = str(error) or type(error).__name__, "Check host, port and network."
    return f"the mail server {place} cannot be used: {why}. {remedy} The messages wait."
