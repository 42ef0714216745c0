"""Pre-trial claims: what was demanded, who allowed it, when it was sent, who took it over; and debts that were acknowledged."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact
from dunwell.store.models.invoices import Invoice, Receivable

CLAIM_EVENTS = ("approved", "sent", "handed_over", "withdrawn")


class Claim(Fact):
    """A claim as it was prepared; `content_hash` is the SHA-256 of the letter, `asked` what it was prepared with."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT)
    number = models.TextField()
    locale = models.CharField(max_length=2)
    law = models.TextField()
    currency = models.CharField(max_length=3)
    principal = models.BigIntegerField()
    interest = models.BigIntegerField()
    compensation = models.BigIntegerField()
    pay_by = models.DateField()
    court_from = models.DateField()
    content_hash = models.TextField()
    asked = models.JSONField(default=dict)

    class Meta:
        db_table = "claim"
        constraints = [models.UniqueConstraint(fields=["creditor", "number"], name="claim_once")]


class ClaimEvent(Fact):
    """What became of a claim. An approval holds for exactly one hash; a sending keeps the post's number."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    event = models.TextField()
    content_hash = models.TextField(default="")
    detail = models.TextField(default="")

    class Meta:
        db_table = "claim_event"
        constraints = [
            models.CheckConstraint(condition=models.Q(event__in=CLAIM_EVENTS), name="claim_event_kind"),
            models.UniqueConstraint(fields=["claim", "event"], name="claim_event_once"),
        ]


class Acknowledgement(Fact):
    """The debtor acknowledged the debt in writing: the limitation begins anew on `effective_on`."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    evidence = models.TextField()

    class Meta:
        db_table = "acknowledgement"
