"""`dunwell inspect email|reply_text|reply_html`: what the reader sees of a mail, as plain values."""

from __future__ import annotations

from typing import Any

from dunwell.plugins.readers.mail import read_mail
from dunwell.plugins.readers.visible import visible_from_html, visible_from_text


def inspect_email(raw: bytes) -> dict[str, Any]:
    """Visible text, automatic or not, and the bounced addresses of one raw mail."""
    mail = read_mail(raw)
    answer: dict[str, Any] = {
        "visible_text": mail.visible_text,
        "is_auto_reply": mail.is_auto_reply,
        "is_bounce": mail.bounce is not None,
    }
    if mail.bounce:
        answer["bounce_action"] = "failed" if mail.bounce.permanent else "delayed"
        answer["bounced_addresses"] = list(mail.bounce.addresses)
    if mail.warnings:
        answer["warnings"] = list(mail.warnings)
    return answer


def inspect_reply_text(raw: bytes) -> dict[str, Any]:
    """The visible text of a plain body."""
    return {"visible_text": visible_from_text(raw.decode("utf-8", errors="replace"))}


def inspect_reply_html(raw: bytes) -> dict[str, Any]:
    """The visible text of an HTML body."""
    return {"visible_text": visible_from_html(raw.decode("utf-8", errors="replace"))}
