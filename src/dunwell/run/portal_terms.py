"""The terms that wait for a link's customer, and their confirmation there."""

from __future__ import annotations

from dunwell.run import agreements
from dunwell.run.agreements import Proposed
from dunwell.run.portal import Visit
from dunwell.store import bulk, scope
from dunwell.store.models import TermsConfirmed


def waiting(seen: Visit, locale: str) -> Proposed | None:
    with scope.of(seen.creditor.pk):
        return agreements.waiting(seen.creditor, seen.link.customer_id, locale, rehearsal=seen.link.rehearsal)


def confirmed(seen: Visit) -> bool:
    """Whether the customer has confirmed terms before."""
    with scope.of(seen.creditor.pk):
        return TermsConfirmed.objects.filter(proposal__customer_id=seen.link.customer_id).exists()


def confirm(seen: Visit, locale: str, name: str, digest: str) -> None:
    """One after the other: two clicks at once would agree the same twice."""
    with scope.of(seen.creditor.pk):
        bulk.rows("SELECT pg_advisory_xact_lock(hashtextextended('dunwell.page', %s))", seen.link.customer_id)
        agreements.confirm(
            seen.creditor,
            seen.link.customer_id,
            locale,
            name=name,
            digest=digest,
            on=seen.on,
            rehearsal=seen.link.rehearsal,
        )
