"""What the morning digest tells that no work list holds, and how far each reader's digest of a day has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core.money import Money
from dunwell.store import bulk
from dunwell.store.models import Digest, DigestChoice, DigestEnd

OPEN_STATES = ["queued", "claimed", "begun", "sent", "failed_temporary"]
TO_STAFF = ["work_stopped", "work_resumed", "work_may_start"]
STILL_OPEN = "failed_temporary"
"""After this end alone the digest is tried again."""


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that was recorded; `who` is empty where nobody knows whose it is."""

    who: str
    sum: Money


def choices() -> dict[str, DigestChoice]:
    """How each reader chose last, inside the creditor's transaction."""
    rows = DigestChoice.objects.order_by("reader", "-id").distinct("reader")
    return {one.reader: one for one in rows}


def tried(reader: str, on: date, *, rehearsal: bool) -> list[Digest]:
    """The tries of a day, in their order."""
    rows = Digest.objects.filter(reader=reader, effective_on=on, rehearsal=rehearsal)
    return list(rows.select_related("end").order_by("attempt"))


def told_until(reader: str, before: date, *, rehearsal: bool) -> date | None:
    """The last day before this one on which the reader was told, or there was nothing to tell."""
    rows = DigestEnd.objects.filter(
        digest__reader=reader, digest__rehearsal=rehearsal, outcome__in=["sent", "quiet"], effective_on__lt=before
    )
    return rows.order_by("-effective_on").values_list("effective_on", flat=True).first()


def letters_on(day: date, *, rehearsal: bool, own: frozenset[int] | None) -> int:
    """How many letters to clients leave on a day or have left; to these customers alone where they are named."""
    ((count,),) = bulk.rows(_LETTERS, day, rehearsal, OPEN_STATES, TO_STAFF, own is None, list(own or ()))
    return int(count)


def paid(since: date, until: date, *, own: frozenset[int] | None) -> list[Paid]:
    """Money recorded from the day after `since` up to `until`, the largest first in each currency; what was reversed is left out."""
    rows = bulk.rows(_PAID, since, until, own is None, list(own or ()))
    return [Paid(who, Money(minor, currency)) for who, minor, currency in rows]


_LETTERS = """
SELECT count(*) FROM message m WHERE m.slot_on = %s AND m.rehearsal = %s AND m.state = ANY (%s) AND NOT m.purpose = ANY (%s)
  AND m.channel IN ('email', 'sms') AND (%s OR m.customer_id = ANY (%s))
"""
# Whose money it is, is known from the file, or from what it was set against, or where it was put by hand.
_PAID = """
SELECT coalesce(c.name, p.payer_name), p.amount, p.currency FROM payment p
LEFT JOIN LATERAL (SELECT r.customer_id FROM allocation a JOIN receivable r ON r.id = a.receivable_id
                   WHERE a.payment_id = p.id ORDER BY a.id DESC LIMIT 1) pays ON true
LEFT JOIN LATERAL (SELECT o.customer_id FROM on_account o WHERE o.payment_id = p.id ORDER BY o.id DESC LIMIT 1) lies ON true
LEFT JOIN customer c ON c.id = coalesce(p.customer_id, pays.customer_id, lies.customer_id)
WHERE p.recorded_on > %s AND p.recorded_on <= %s AND p.reverses_id IS NULL AND p.amount > 0
  AND NOT EXISTS (SELECT FROM payment v WHERE v.reverses_id = p.id) AND (%s OR c.id = ANY (%s))
ORDER BY p.currency, p.amount DESC, p.id
"""
