"""Questions about automatic payment: whose holds, what is announced and not yet settled, what may be announced next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.core.money import Money
from dunwell.store import bulk
from dunwell.store.models import AutoCharge, AutoConsent, OnlineEvent

GRACE_DAYS = 3
"""So long after its day a charge that nobody told of is still waited for; the database's own question says the same."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An automatic payment that holds, and the next charge where one is announced."""

    number: int
    provider: str
    most: Money
    since: date
    charge: Money | None = None
    charge_on: date | None = None


def pending_sql(*, day: str, real: str) -> str:
    """Receivables that an announced charge will pay: `receivable_id, until`. `real` narrows `c`, the charge, to a mode."""
    return f"""
    SELECT unnest(p.receivables) AS receivable_id, max(c.charge_on + {GRACE_DAYS}) AS until
    FROM auto_charge c JOIN online_payment p ON p.id = c.payment_id
    WHERE c.effective_on <= {day} {real}
      AND NOT EXISTS (SELECT FROM auto_end e WHERE e.consent_id = c.consent_id AND e.effective_on <= {day})
      AND NOT EXISTS (SELECT FROM online_event v WHERE v.reference = p.reference AND v.kind <> 'pending' AND v.effective_on <= {day})
    GROUP BY 1
    """


def consents(*, rehearsal: bool, customer: int | None = None) -> list[AutoConsent]:
    """Those that hold: the provider keeps the method, and nobody ended it."""
    rows = AutoConsent.objects.filter(rehearsal=rehearsal, end=None, method__isnull=False)
    rows = rows if customer is None else rows.filter(customer_id=customer)
    return list(rows.select_related("method", "customer", "link").order_by("pk"))


def standing(customer: int, *, rehearsal: bool) -> list[Standing]:
    """What a customer agreed to and holds, with the next charge."""
    found = []
    for one in consents(rehearsal=rehearsal, customer=customer):
        told = open_charges([one.pk])
        charge = told[0] if told else None
        found.append(
            Standing(
                one.pk,
                one.provider,
                Money(one.most, one.currency),
                one.effective_on,
                Money(charge.payment.amount, one.currency) if charge else None,
                charge.charge_on if charge else None,
            )
        )
    return found


def open_charges(consents: Sequence[int]) -> list[AutoCharge]:
    """Announced charges of which nothing final was told yet."""
    rows = AutoCharge.objects.filter(consent_id__in=consents).select_related("payment", "notice", "consent")
    found = rows.order_by("charge_on", "pk")
    told = set(
        OnlineEvent.objects.filter(reference__in=[one.payment.reference for one in found]).values_list(
            "reference", flat=True
        )
    )
    return [one for one in found if one.payment.reference not in told]


def chargeable(consent: AutoConsent, *, as_of: date, ahead: date) -> list[tuple[int, int, date]]:
    """Receivables issued since the consent and due soon, wholly undisputed, that nothing holds: number, minor units, due date."""
    return bulk.rows(
        CHARGEABLE, consent.rehearsal, consent.customer_id, consent.currency, consent.effective_on, ahead, as_of, as_of
    )


def open_of(receivables: Sequence[int], *, rehearsal: bool) -> int:
    """Minor units that are open and undisputed on some receivables."""
    sql = "SELECT coalesce(sum(o.balance - o.disputed), 0)::bigint FROM unnest(%s::bigint[]) r, dunwell_owed(r, %s) o WHERE NOT o.is_cancelled"
    ((found,),) = bulk.rows(sql, list(receivables), rehearsal)
    return int(found)


def objection(notice: int, receivables: Sequence[int], covered_min: date) -> str | None:
    """What stands in the ledger against asking for these now: it stands against charging them too."""
    sql = "SELECT o.reason FROM message m, dunwell_money_objection(m, %s::bigint[], %s) o WHERE m.id = %s"
    ((found,),) = bulk.rows(sql, list(receivables), covered_min, notice)
    return found


CHARGEABLE = """
SELECT r.id, (o.balance - o.disputed)::bigint, r.due_date
FROM receivable r JOIN invoice i ON i.id = r.invoice_id CROSS JOIN LATERAL dunwell_owed(r.id, %s) o
WHERE r.customer_id = %s AND r.currency = %s AND i.kind = 'invoice' AND i.issue_date >= %s AND r.due_date <= %s
  AND NOT o.is_cancelled AND o.balance > 0 AND o.disputed = 0
  AND NOT EXISTS (SELECT FROM online_payment p JOIN auto_charge c ON c.payment_id = p.id
                  WHERE p.customer_id = r.customer_id AND r.id = ANY (p.receivables))
  AND NOT EXISTS (SELECT FROM promise s WHERE s.receivable_id = r.id AND s.promised_date >= %s
                  AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = s.id))
  AND NOT EXISTS (SELECT FROM hold h WHERE (h.receivable_id = r.id OR h.customer_id = r.customer_id)
                  AND (h.until_date IS NULL OR h.until_date >= %s) AND NOT EXISTS (SELECT FROM ending e WHERE e.hold_id = h.id))
ORDER BY r.due_date, r.id
"""
