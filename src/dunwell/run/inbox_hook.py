"""Replies that another program brings: a mail server's pipe, a messenger's gateway. Signed after Standard Webhooks.

A delivery is taken once, however often it comes; an unsigned, old or forged one leaves no trace. What it holds is read like any
other reply, and nothing is ever answered by itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dunwell.core.inbox import HOOK
from dunwell.core.refusal import Refusal
from dunwell.plugins import webhook
from dunwell.plugins.readers.mail import MAIL_BYTES_MAX
from dunwell.run import inbox_mail
from dunwell.run.inbox_mail import MailTooLarge, Message, Taken
from dunwell.store import audit, scope, vault
from dunwell.store.models import Creditor, Inbound, InboxHook

TOLERANCE = timedelta(minutes=5)
PER_HOUR_MAX = 1000
CHANNELS = ("email", "sms", "whatsapp", "telegram", "viber")
TEXT_LENGTH_MAX = 20_000
MAIL_TYPE = "message/rfc822"


class ReplyForged(Refusal):
    """The signature of a delivery does not fit, or it is older than five minutes."""


class TooOften(Refusal):
    """More than {most} replies came in an hour: send the rest later."""


class MessageUnfit(Refusal):
    """A message needs a channel ({channels}), from, and text."""


def open_to(creditor: Creditor, *, on: date, by: str) -> str:
    """Let another program bring replies; gives the secret that it signs with, shown this once. An earlier one holds no more."""
    secret = webhook.new_secret()
    _record(creditor, vault.seal(secret), on=on, by=by)
    return secret


def close(creditor: Creditor, *, on: date, by: str) -> None:
    """Take nothing from other programs any more."""
    _record(creditor, "", on=on, by=by)


def receive(slug: str, body: bytes, headers: Mapping[str, str], now: datetime) -> Taken | None:
    """Take one delivery; None where nobody is asked for under this address, or nothing is to be brought."""
    creditor = Creditor.objects.filter(slug=slug).first()
    secret = _secret(creditor) if creditor else ""
    if creditor is None or not secret:
        return None
    given = {name.lower(): value for name, value in headers.items()}
    key = _proved(secret, body, given, now)
    if len(body) > MAIL_BYTES_MAX:
        raise MailTooLarge(name=key)
    _count(creditor, now)
    on = now.astimezone(ZoneInfo(creditor.timezone)).date()
    if given.get("content-type", "").startswith(MAIL_TYPE):
        return inbox_mail.take(creditor, body, on=on, mailbox=HOOK)
    return inbox_mail.take_message(creditor, _message(body, key), on=on)


def _proved(secret: str, body: bytes, given: Mapping[str, str], now: datetime) -> str:
    """The key of a delivery whose sender knows the secret."""
    key, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    wanted = webhook.signature(secret, key, stamp, body)
    signatures = given.get("webhook-signature", "").split()
    if not key or not any(hmac.compare_digest(wanted.encode(), one.encode()) for one in signatures):
        raise ReplyForged
    if not stamp.isdigit() or abs(now.astimezone(UTC).timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise ReplyForged
    return key


def _count(creditor: Creditor, now: datetime) -> None:
    with scope.of(creditor.pk):
        came = Inbound.objects.filter(mailbox__startswith=HOOK, recorded_at__gt=now - timedelta(hours=1)).count()
    if came >= PER_HOUR_MAX:
        raise TooOften(most=PER_HOUR_MAX)


def _message(body: bytes, key: str) -> Message:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    values = {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}
    channel, sender, text = (values.get(name, "").strip() for name in ("channel", "from", "text"))
    if channel not in CHANNELS or not sender or not text:
        raise MessageUnfit(channels=", ".join(CHANNELS))
    digest = hashlib.sha256(f"{HOOK}\n{key}".encode()).hexdigest()
    return Message(digest, channel, sender, text.replace("\0", "")[:TEXT_LENGTH_MAX], body)


def _secret(creditor: Creditor) -> str:
    with scope.of(creditor.pk):
        last = InboxHook.objects.order_by("pk").last()
    return vault.unseal(last.secret) if last and last.secret else ""


def _record(creditor: Creditor, secret: str, *, on: date, by: str) -> None:
    with scope.of(creditor.pk):
        InboxHook.objects.create(creditor=creditor, effective_on=on, by=by, secret=secret)
        audit.link(creditor.pk, actor=by, kind="inbox_hook", subject="", content={"open": bool(secret)})
