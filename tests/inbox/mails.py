"""Mails as clients send them."""

from __future__ import annotations

from email.message import EmailMessage
from itertools import count

_numbers = count(1)


def reply(
    text: str,
    *,
    sender: str = "Anna Brown <c1@client.example>",
    to: str = "maria@firm.example",
    subject: str = "Re: Invoice",
    references: str = "",
    headers: dict[str, str] | None = None,
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{next(_numbers)}.{abs(hash(text)) % 10**9}@client.example>"
    mail["Date"] = "Wed, 04 Mar 2026 10:20:00 +0200"
    if references:
        mail["In-Reply-To"] = references
        mail["References"] = f"<first@firm.example> {references}"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def bounce(address: str, message_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report by RFC 3464."""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.client.example>\r\n"
        "To: maria@firm.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <report-{next(_numbers)}@mx.client.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.client.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {message_id}\r\nSubject: Invoice\r\n\r\nDear client\r\n--b--\r\n"
    ).encode()
