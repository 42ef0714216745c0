"""Offers, to whom they were made and until when, and how that ended. Nothing here changes what is owed: credit notes do."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.core.offers import OfferKind
from dunwell.store.models.base import Fact
from dunwell.store.models.customers import Customer
from dunwell.store.models.invoices import Receivable

GRANT_ENDINGS = ("earned", "expired", "withdrawn")


class Offer(Fact):
    """An offer as it was decided; shares in basis points. `segment` and `customer` say for whom, empty for everybody."""

    name = models.TextField()
    kind = models.TextField()
    share = models.IntegerField()
    days = models.IntegerField()
    until = models.DateField()
    margin = models.IntegerField()
    floor = models.IntegerField()
    currency = models.CharField(max_length=3)
    budget = models.BigIntegerField(null=True)
    excluded = ArrayField(models.TextField(), default=list)
    platform = models.TextField(default="")
    segment = models.TextField(default="")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "offer"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "name"], name="offer_once"),
            models.CheckConstraint(condition=models.Q(kind__in=[k.value for k in OfferKind]), name="offer_kind"),
        ]


class OfferEnd(Fact):
    """It is made to nobody any more; whom it was made to keeps it until the day they were told."""

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "offer_end"


class OfferGrant(Fact):
    """The offer as one client was told it: the sum, and the last day on which paying earns it."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="grants")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    last_day = models.DateField()
    ends_at = models.DateTimeField()
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "offer_grant"
        constraints = [
            models.UniqueConstraint(fields=["offer", "receivable", "rehearsal"], name="offer_grant_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="offer_grant_positive"),
        ]
        indexes = [models.Index(fields=["creditor", "receivable"], name="offer_grant_receivable")]


class GrantEnd(Fact):
    """Earned, or its day passed."""

    grant = models.OneToOneField(OfferGrant, on_delete=models.PROTECT, related_name="end")
    outcome = models.TextField()

    class Meta:
        db_table = "grant_end"
        constraints = [models.CheckConstraint(condition=models.Q(outcome__in=GRANT_ENDINGS), name="grant_end_outcome")]
