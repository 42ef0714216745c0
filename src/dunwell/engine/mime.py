"""A message as bytes for SMTP, assembled by hand: `EmailMessage` costs 2 ms a message, this some tens of microseconds.

    mixed( alternative( text/plain, related( text/html, pictures ) ), files )

each layer only where it is needed. `Date` is the one slot left for sending: the bytes begin with `DATE_SLOT`, and
`dated` fills it. Nothing of a fact can start a new header: a control character in a header value is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import numpy as np

from dunwell.core.message import Attachment, Message
from dunwell.core.refusal import Refusal

DATE_SLOT = b"Date: <at sending>\r\n"
# RFC 2047: an encoded word has at most 75 characters; 45 bytes become 60 of base64.
WORD_BYTES_MAX = 45
LINE_MAX = 76
PARAMETER_MAX = 60
LINE_END = np.frombuffer(b"\r\n", np.uint8)
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
MAILBOX = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x1f\x7f-\U0010ffff]+@[^\s<>@,;:\"()\[\]\\\x00-\x1f]+")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
ATTRIBUTE_CHARS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")


class HeaderUnsafe(Refusal):
    """The {header} {value!r} holds a control character or is not an address: correct it; nothing was sent."""


def assemble(message: Message) -> bytes:
    """The whole message with CRLF lines, beginning with `DATE_SLOT`; the same message gives the same bytes."""
    draft = message.draft
    boundary = f"=_{draft.content_hash[:24]}"
    head = [
        f"From: {_addresses('From', (draft.sender,))}",
        f"To: {_addresses('To', draft.to)}",
    ]
    if draft.cc:
        head.append(f"Cc: {_addresses('Cc', draft.cc)}")
    if draft.reply_to:
        head.append(f"Reply-To: {_addresses('Reply-To', (draft.reply_to,))}")
    head.append(f"Subject: {_unstructured('Subject', draft.subject)}")
    head.append(f"Message-ID: {_token('Message-ID', message.message_id)}")
    if message.in_reply_to:
        head.append(f"In-Reply-To: {_token('In-Reply-To', message.in_reply_to)}")
    if message.references:
        head.append("References: " + "\r\n ".join(_token("References", one) for one in message.references))
    head += _unsubscribe(message)
    head += [f"Content-Language: {draft.locale}", "Auto-Submitted: auto-generated", "MIME-Version: 1.0"]
    body = _body(draft.text, draft.html, draft.attachments, boundary)
    return b"".join((DATE_SLOT, "\r\n".join(head).encode("ascii"), b"\r\n", body))


def dated(raw: bytes, at: datetime) -> bytes:
    """The assembled message with its `Date`; `at` is an aware instant."""
    if not raw.startswith(DATE_SLOT):
        raise ValueError("the message has its date already, or was not assembled here")
    return f"Date: {format_datetime(at)}\r\n".encode() + raw[len(DATE_SLOT) :]


def mailbox(address: str) -> str:
    """The bare address of `Name <a@b>`, as SMTP's RCPT wants it (the domain in its ASCII form)."""
    return _split("To", address)[1]


def _body(text: str, html: str, attachments: Sequence[Attachment], boundary: str) -> bytes:
    pictures = [one for one in attachments if one.content_id]
    files = [one for one in attachments if not one.content_id]
    whole = _text_part("plain", text)
    if html:
        page = _text_part("html", html)
        if pictures:
            kind = 'related; type="text/html"'
            page = _multipart(kind, f"{boundary}r", [page, *(_file_part(one, "inline") for one in pictures)])
        whole = _multipart("alternative", f"{boundary}a", [whole, page])
    if files:
        whole = _multipart("mixed", f"{boundary}m", [whole, *(_file_part(one, "attachment") for one in files)])
    return whole


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    mark = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(b"%b\r\n%b\r\n" % (mark, part) for part in parts) + mark + b"--\r\n"


def _text_part(kind: str, text: str) -> bytes:
    """Quoted-printable for a mostly Latin text, which people may read raw; base64 for the rest and for HTML, being
    faster.
    """
    data = text.replace("\n", "\r\n").encode()
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: "
    if kind == "plain" and 10 * (len(data) - len(text)) < len(data):
        return f"{head}quoted-printable\r\n\r\n".encode() + binascii.b2a_qp(data, istext=True)
    return f"{head}base64\r\n\r\n".encode() + _base64_lines(data)


@lru_cache(maxsize=32)
def _file_part(attachment: Attachment, disposition: str) -> bytes:
    if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", attachment.media_type):
        raise HeaderUnsafe(header="media type", value=attachment.media_type)
    head = [
        f"Content-Type: {attachment.media_type}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition}; {_file_name(attachment.file_name)}",
    ]
    if attachment.content_id:
        head.append(f"Content-ID: {_token('Content-ID', f'<{attachment.content_id}>')}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + _base64_lines(attachment.content)


def _base64_lines(data: bytes) -> bytes:
    encoded = binascii.b2a_base64(data, newline=False)
    full = len(encoded) // LINE_MAX
    # A column of line ends beside the full lines: cut and joined by one copy of the bytes.
    page = np.empty((full, LINE_MAX + 2), np.uint8)
    page[:, :LINE_MAX] = np.frombuffer(encoded, np.uint8, full * LINE_MAX).reshape(full, LINE_MAX)
    page[:, LINE_MAX:] = LINE_END
    rest = encoded[full * LINE_MAX :]
    return page.tobytes() + rest if rest else page.tobytes()[: -len(LINE_END)]


def _file_name(name: str) -> str:
    """RFC 2231: a plain `filename` where ASCII allows it, else UTF-8 by percents, continued where long."""
    name = _safe("file name", name)
    if ATOMS.fullmatch(name.replace(".", "")) and len(name) < PARAMETER_MAX:
        return f'filename="{name}"'
    octets = [chr(byte) if byte in ATTRIBUTE_CHARS else f"%{byte:02X}" for byte in name.encode()]
    chunks, chunk = [], "utf-8''"
    for octet in octets:
        if len(chunk) + len(octet) > PARAMETER_MAX:
            chunks.append(chunk)
            chunk = ""
        chunk += octet
    chunks.append(chunk)
    if len(chunks) == 1:
        return f"\r\n filename*={chunks[0]}"
    return "\r\n " + ";\r\n ".join(f"filename*{number}*={chunk}" for number, chunk in enumerate(chunks))


def _unsubscribe(message: Message) -> list[str]:
    """RFC 2369 and, with an https address, the one-click POST of RFC 8058."""
    ways = []
    if message.unsubscribe_mailto:
        ways.append(f"<mailto:{_token('List-Unsubscribe', message.unsubscribe_mailto)}>")
    if message.unsubscribe_url:
        ways.append(f"<{_token('List-Unsubscribe', message.unsubscribe_url)}>")
    if not ways:
        return []
    lines = ["List-Unsubscribe: " + ",\r\n ".join(ways)]
    if message.unsubscribe_url.startswith("https://"):
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return lines


def _addresses(header: str, addresses: Sequence[str]) -> str:
    return ",\r\n ".join([_address(header, one) for one in addresses])


@lru_cache(maxsize=8192)
def _address(header: str, address: str) -> str:
    name, box = _split(header, address)
    if not name:
        return box
    if not name.isascii():
        return f"{_words(name)}\r\n <{box}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    # A name that looks like an encoded word would be decoded by the reader: it is encoded itself.
    if "=?" in name or len(quoted) > LINE_MAX - 10:
        return f"{_words(name)}\r\n <{box}>"
    return f"{name} <{box}>" if ATOMS.fullmatch(name) else f'"{quoted}" <{box}>'


def _split(header: str, address: str) -> tuple[str, str]:
    name, _, rest = _safe(header, address).rpartition(" <")
    box = rest[:-1] if name and rest.endswith(">") else address
    local, _, domain = box.partition("@")
    try:
        box = f"{local}@{domain.encode('idna').decode()}" if domain and not domain.isascii() else box
    except UnicodeError:
        raise HeaderUnsafe(header=header, value=address) from None
    if not MAILBOX.fullmatch(box) or not box.isascii():
        raise HeaderUnsafe(header=header, value=address)
    return " ".join(name.split()), box


def _unstructured(header: str, text: str) -> str:
    text = _safe(header, text)
    fits = len(header) + 2 + len(text) <= LINE_MAX
    return text if text.isascii() and "=?" not in text and fits and text == text.strip() else _words(text)


def _words(text: str) -> str:
    """RFC 2047: encoded words of whole characters, one a line, parted after a space where there is one.

    Some readers (Python's among them) show a blank between the words of a name: after a space it does no harm.
    """
    words = []
    while len(text.encode()) > WORD_BYTES_MAX:
        end = len(text.encode()[:WORD_BYTES_MAX].decode(errors="ignore"))
        end = text.rfind(" ", 0, end) + 1 or end
        words.append(text[:end])
        text = text[end:]
    words.append(text)
    return "\r\n ".join([f"=?utf-8?B?{base64.b64encode(word.encode()).decode()}?=" for word in words])


def _token(header: str, text: str) -> str:
    if not text.isascii() or UNSAFE.search(text) or " " in text:
        raise HeaderUnsafe(header=header, value=text)
    return text


def _safe(header: str, text: str) -> str:
    if UNSAFE.search(text):
        raise HeaderUnsafe(header=header, value=text)
    return text
