"""A new link in the place of one that is closed: a letter of its own, an answer to the reader's own request.

It goes through the outbox like every letter: checked, hashed, asked again before it leaves. It shows what is open now.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import polars as pl

from dunwell.core import frames
from dunwell.core.frames import Proposal
from dunwell.core.ledger import Purpose
from dunwell.core.refusal import Refusal
from dunwell.run import plan, portfolio
from dunwell.run.portal import Visit
from dunwell.store import pages


class ReaderUnknown(Refusal):
    """Nobody is known to whom a new link could be sent."""


def send(seen: Visit) -> None:
    """Put the letter with a fresh link into the outbox, to the contact of the old one; once a day."""
    link, creditor = seen.link, seen.creditor
    if link.contact_id is None or not link.person_key:
        raise ReaderUnknown
    book = portfolio.of(creditor, seen.on, rehearsal=link.rehearsal, customers=(link.customer_id,))
    at = datetime.combine(seen.on, time(), UTC)
    action = {
        "action_id": 0,
        "customer_id": link.customer_id,
        "purpose": Purpose.ANSWER.value,
        "policy": 0,
        "step": None,
        "content": "new_link",
        "level": 0,
        "channel": link.channel,
        "task": None,
        "contact_id": link.contact_id,
        "copies": [],
        "locale": link.locale,
        "needs_approval": False,
        "reasons": "",
        # Whoever asks is awake: it may go at any hour of the day, and by the end of the next one.
        "not_before": at - timedelta(days=1),
        "not_after": at + timedelta(days=2),
        "pay_by": None,
    }
    items = [
        {"action_id": 0, "receivable_id": one.receivable_id, "part": "listed", "amount": one.open, "credit": 0}
        | {"step": None, "currency": one.currency}
        for one in pages.owed(link, seen.on)
    ]
    proposal = Proposal(
        as_of=seen.on,
        outcomes=pl.DataFrame(),
        actions=pl.DataFrame([action], schema=frames.ACTIONS),
        items=pl.DataFrame(items, schema=frames.ACTION_ITEMS),
        lapses=pl.DataFrame(),
    )
    with plan.writing(creditor, book, proposal, rehearsal=link.rehearsal) as written:
        plan.queue(creditor, book, proposal, written, run_id=None, rehearsal=link.rehearsal)
