"""Writes messages as files into a folder: what would have been sent, for people to open. Nothing leaves the machine.

The name of a file says date, customer and step and ends in a piece of the key, so the same message is the same file: a
second writing finds it done, and nothing is ever overwritten. A file appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import format_datetime
from pathlib import Path

from dunwell.core.channel import Capabilities, ChannelDown, Limits, Outgoing, Receipt, Reply

NAME_LENGTH_MAX = 60
"""Bytes of a customer's name in a file's name: with date, step and key it stays below the 255 that file systems allow."""


@dataclass(frozen=True, slots=True)
class Config:
    folder: str


@dataclass
class Rehearsal:
    config: Config

    capabilities = Capabilities(length_max=None, html=True, attachments=True, receipts=False, idempotent=True)
    limits = Limits()

    def send(self, message: Outgoing, key: str) -> Receipt:
        stem = Path(self.config.folder) / message.slot_on.isoformat() / _stem(message, key)
        try:
            stem.parent.mkdir(parents=True, exist_ok=True)
            # The text comes last: it is the sign that everything before it is there.
            if message.mime:
                _write(stem.with_name(f"{stem.name}.eml"), _date(message) + message.mime)
                for number, pdf in enumerate(_pdfs(message.mime)):
                    _write(stem.with_name(f"{stem.name}{f'-{number + 1}' if number else ''}.pdf"), pdf)
            _write(stem.with_name(f"{stem.name}.txt"), _text(message).encode())
        except OSError as error:
            raise ChannelDown(
                f"cannot write the rehearsal files in {stem.parent}: {error.strerror}. "
                "Make room or change the folder's rights; the messages wait."
            ) from error
        return Receipt(f"{stem}.txt", tuple(Reply(address, 250) for address in (*message.to, *message.copies)))

    def check(self) -> str:
        try:
            Path(self.config.folder).mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.config.folder):
                return f"files in {self.config.folder}"
        except OSError as error:
            raise ChannelDown(f"cannot write into {self.config.folder}: {error.strerror}") from error

    def close(self) -> None:
        pass


def _stem(message: Outgoing, key: str) -> str:
    customer = re.sub(r"[^\w.-]+", "-", message.customer).strip("-.") or f"customer-{message.customer_id}"
    short = customer.encode()[:NAME_LENGTH_MAX].decode(errors="ignore")
    step = re.sub(r"[^\w-]+", "-", message.step or "message")
    return f"{message.slot_on.isoformat()} {short} {step} {hashlib.sha256(key.encode()).hexdigest()[:10]}"


def _date(message: Outgoing) -> bytes:
    return f"Date: {format_datetime(message.at)}\r\n".encode()


def _text(message: Outgoing) -> str:
    heads = [("To", ", ".join(message.to)), ("Cc", ", ".join(message.copies)), ("Subject", message.subject)]
    return "".join(f"{name}: {value}\n" for name, value in heads if value) + f"\n{message.text}\n"


def _pdfs(mime: bytes) -> list[bytes]:
    if b"application/pdf" not in mime:
        return []
    parts = message_from_bytes(mime, policy=policy.default).walk()
    return [part.get_content() for part in parts if part.get_content_type() == "application/pdf"]


def _write(path: Path, content: bytes) -> None:
    """The whole file or none of it; one that is there already stays."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
        # A link, unlike a rename, refuses to replace what is there.
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
