"""Documents that are issued again and again, what was issued of them, and the numbers of what Dunwell issues."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact, Owned
from dunwell.store.models.customers import Customer
from dunwell.store.models.invoices import Invoice

RECURRING_KINDS = ("invoice", "request")


class DocumentNumber(Owned):
    """A number that was given to a document of ours, in the transaction that made the document: none is lost or given twice."""

    kind = models.TextField()
    range = models.TextField()
    number = models.IntegerField()

    class Meta:
        db_table = "document_number"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "kind", "range", "number"], name="document_number_once"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="document_number_positive"),
        ]


class Recurring(Fact):
    """A document that comes again (`core.recurring.Rhythm`). `days` to pay where no terms are agreed; of a request, its validity."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.TextField()
    what_for = models.TextField()
    currency = models.CharField(max_length=3)
    first = models.DateField()
    every = models.IntegerField()
    day_of_month = models.IntegerField(default=0)
    last = models.DateField(null=True)
    is_ahead = models.BooleanField(default=False)
    days = models.IntegerField()

    class Meta:
        db_table = "recurring"
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=RECURRING_KINDS), name="recurring_kind"),
            models.CheckConstraint(condition=models.Q(days__gte=0), name="recurring_days"),
        ]


class RecurringPrice(Fact):
    """What each document comes to from a day on; the newest that has begun counts."""

    recurring = models.ForeignKey(Recurring, on_delete=models.PROTECT, related_name="prices")
    since = models.DateField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "recurring_price"
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="recurring_price_positive")]


class RecurringPause(Fact):
    """Nothing is issued on these days; `until` null: until a person goes on."""

    recurring = models.ForeignKey(Recurring, on_delete=models.PROTECT, related_name="pauses")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        db_table = "recurring_pause"


class RecurringPauseEnd(Fact):
    """It goes on from this day."""

    pause = models.OneToOneField(RecurringPause, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "recurring_pause_end"


class RecurringEnd(Fact):
    """It is issued no more; `taken_back` where that was a mistake, so the last word counts."""

    recurring = models.ForeignKey(Recurring, on_delete=models.PROTECT, related_name="ends")
    taken_back = models.BooleanField(default=False)

    class Meta:
        db_table = "recurring_end"


class RecurringIssued(Fact):
    """A turn that was issued: its day, the document, and the months that it is for. Once, whoever runs."""

    recurring = models.ForeignKey(Recurring, on_delete=models.PROTECT, related_name="issued")
    turn = models.DateField()
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="of_recurring")
    period_first = models.DateField()
    period_last = models.DateField()

    class Meta:
        db_table = "recurring_issued"
        constraints = [models.UniqueConstraint(fields=["recurring", "turn"], name="recurring_issued_once")]
