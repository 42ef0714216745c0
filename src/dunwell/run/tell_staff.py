"""Notes to our own people about a customer's work, by e-mail through the outbox: queued, retried and recorded like every letter."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from dunwell.core import names
from dunwell.core.ledger import Purpose
from dunwell.core.message import LOCALES, Draft, Message
from dunwell.core.refusal import Refusal
from dunwell.core.toml_text import suggest
from dunwell.engine import mime
from dunwell.engine.render import content_hash
from dunwell.store import enqueue, load_letters
from dunwell.store.enqueue import DraftRecipient
from dunwell.store.models import Creditor, Customer, Staff

GOOD_FOR = timedelta(days=3)


class NotOnStaff(Refusal):
    """{name!r} is none of our people with an e-mail address. {suggestion} `dunwell staff` adds somebody."""


def called(creditor: Creditor, wanted: Sequence[str], *, owner: str) -> list[Staff]:
    """The people named; without a name whoever looks after the customer, else the first of the staff."""
    known = {one.name: one for one in load_letters.staff(creditor.pk) if one.email}
    if not wanted:
        first = known.get(owner) or next(iter(known.values()), None)
        return [first] if first else []
    for name in wanted:
        if name not in known:
            raise NotOnStaff(name=name, suggestion=suggest(name, known))
    return [known[name] for name in dict.fromkeys(wanted)]


def write(
    creditor: Creditor,
    customer: Customer,
    purpose: Purpose,
    said: str,
    values: Mapping[str, str],
    people: Sequence[Staff],
    *,
    on: date,
    now: datetime,
    rehearsal: bool,
) -> None:
    """Queue one note to all of them; `said` is the line of the pack that tells what happened."""
    if not people:
        return
    locale = locale_of(creditor)
    words = _words(locale)[purpose.value]
    filled = {**values, "customer": customer.name, "creditor": creditor.name, "who": people[0].name}
    subject = words["subject"].format(**filled)
    lines = (_words(locale)["greeting"], words[said], words["after"], _words(locale)["sign"])
    text = "\n\n".join(line.format(**filled) for line in lines)
    sender = f"{creditor.name} <{creditor.reply_address or people[0].email}>"
    to = tuple(f"{one.name} <{one.email}>" for one in people)
    digest = content_hash(subject, text, "", (), sender, to, ())
    draft = Draft(
        locale=locale, channel="email", content_key=purpose.value, sender=sender, to=to, cc=(), subject=subject, text=text,
        html="", attachments=(), blocks=(), text_version="", content_hash=digest,
    )  # fmt: skip
    key = hashlib.sha256(f"{customer.pk}\n{on}\n{purpose}\n{rehearsal}\n{digest}".encode()).hexdigest()
    domain = people[0].email.rpartition("@")[2].lower()
    message = Message(draft=draft, key=key, message_id=f"<{key[:40]}@{domain}>")
    row: dict[str, Any] = {
        "customer_id": customer.pk, "slot_on": on, "purpose": purpose.value, "channel": "email",
        "step": None, "policy": "", "content": purpose.value, "level": 0, "locale": locale, "key": key,
        "content_hash": digest, "message_id": message.message_id, "rehearsal": rehearsal, "needs_approval": False,
        "reasons": "", "not_before": now, "not_after": now + GOOD_FOR, "subject": subject, "text": text, "html": "",
        "mime": mime.assemble(message)[len(mime.DATE_SLOT) :], "envelope_from": mime.mailbox(sender), "items": (),
    }  # fmt: skip
    recipients = tuple(DraftRecipient(None, names.person_key(one.email), one.email) for one in people)
    enqueue.enqueue(creditor.pk, [enqueue.Draft(**row, recipients=recipients)])


def locale_of(creditor: Creditor) -> str:
    return creditor.locale if creditor.locale in LOCALES else "en"


@cache
def _words(locale: str) -> Mapping[str, Any]:
    return tomllib.loads((files("dunwell") / "content" / "told" / f"{locale}.toml").read_text("utf-8"))
