"""What becomes of a request before work: accepted, paid so that work may start, turned into an invoice; each taken back by its end."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact
from dunwell.store.models.invoices import Invoice


class Order(Fact):
    """The whole order of a request that asks for a deposit alone."""

    request = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="order")
    total = models.BigIntegerField()

    class Meta:
        db_table = "order_of_request"
        constraints = [models.CheckConstraint(condition=models.Q(total__gt=0), name="order_positive")]


class Acceptance(Fact):
    """The client said that the order stands: who, and what shows it. Through a rehearsal's link it counts in rehearsal alone."""

    request = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="acceptances")
    name = models.TextField()
    evidence = models.TextField()
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "acceptance"


class AcceptanceEnd(Fact):
    acceptance = models.OneToOneField(Acceptance, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "acceptance_end"


class WorkOpened(Fact):
    """The request was paid: its work may start."""

    request = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="openings")

    class Meta:
        db_table = "work_opened"


class WorkOpenedEnd(Fact):
    """The payment did not stay: the work waits again."""

    opening = models.OneToOneField(WorkOpened, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "work_opened_end"


class BecameInvoice(Fact):
    """The request is asked for no more: its invoice stands in its place, and what was paid was carried over."""

    request = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="became")
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="came_from")

    class Meta:
        db_table = "became_invoice"


class BecameInvoiceEnd(Fact):
    """It was turned by mistake: the invoice is cancelled, the money is carried back, the request stands again."""

    became = models.OneToOneField(BecameInvoice, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "became_invoice_end"
