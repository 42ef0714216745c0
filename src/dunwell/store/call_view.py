"""What a caller needs before the number is dialled: whom to ask for, and what was ordered and delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.store import bulk
from dunwell.store.models import Invoice

DOCUMENTS_MAX = 8
"""More are not gone through on the telephone."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number at the customer. `is_closed`: they do not want to be called there, or it proved wrong."""

    contact: int
    name: str
    role: str
    note: str
    locale: str
    timezone: str
    address: str
    is_closed: bool


def phones(customer: int) -> list[Phone]:
    """Each number once, in the order in which people there are contacted."""
    found: dict[str, Phone] = {}
    for row in bulk.rows(PHONES, customer):
        one = Phone(*row)
        found.setdefault(one.address, one)
    return list(found.values())


def documents(numbers: Sequence[int]) -> list[Invoice]:
    """Documents with their lines, the oldest first."""
    rows = Invoice.objects.filter(pk__in=numbers).prefetch_related("lines").order_by("issue_date", "pk")
    return list(rows[:DOCUMENTS_MAX])


PHONES = """
SELECT c.id, trim(c.given_name || ' ' || c.family_name), c.role, c.note, c.locale, c.timezone, p.address,
  EXISTS (SELECT FROM sign s WHERE s.person_key = p.person_key AND s.kind = 'bounced' AND s.channel = p.channel)
  OR coalesce((SELECT NOT o.wanted FROM opt_out o WHERE o.person_key = p.person_key AND o.channel IN ('call', 'all') ORDER BY o.id DESC LIMIT 1), false)
FROM contact c JOIN contact_point p ON p.contact_id = c.id AND p.channel IN ('call', 'sms')
WHERE c.customer_id = %s ORDER BY c.rank, c.id, p.channel = 'call' DESC, p.is_preferred DESC, p.id
"""
