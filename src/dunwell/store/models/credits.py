"""What is taken off: who answers a dispute and until when, and credit notes that we owe until the books have them."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact
from dunwell.store.models.invoices import Dispute, Invoice, Receivable
from dunwell.store.models.offers import OfferGrant

CREDIT_CAUSES = ("dispute", "discount", "bonus", "cashback")


class DisputeCare(Fact):
    """Who looks after a dispute, and the day by which the client has an answer; the last word counts."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="cares")
    owner = models.TextField()
    due_on = models.DateField()

    class Meta:
        db_table = "dispute_care"


class CreditDue(Fact):
    """A credit note that we owe. `set_aside` is what of the receivable is not asked for until it stands in the books."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    set_aside = models.OneToOneField(Dispute, null=True, on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    cause = models.TextField()
    rehearsal = models.BooleanField(default=False)
    grant = models.OneToOneField(OfferGrant, null=True, on_delete=models.PROTECT)  # the offer that was earned

    class Meta:
        db_table = "credit_due"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="credit_due_positive"),
            models.CheckConstraint(condition=models.Q(cause__in=CREDIT_CAUSES), name="credit_due_cause"),
        ]


class CreditSettled(Fact):
    """The credit note that was issued, or nothing where accounting refused it."""

    due = models.OneToOneField(CreditDue, on_delete=models.PROTECT, related_name="settled")
    credit_note = models.OneToOneField(Invoice, null=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "credit_settled"
