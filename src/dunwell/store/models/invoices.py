"""What is owed: documents, their lines and instalments, and the dated records that lie over them."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models

from dunwell.core.late_causes import LateCause
from dunwell.core.ledger import DocumentKind, HoldReason
from dunwell.store.models.base import Fact, Imported, Owned, parent, unchecked_creditor
from dunwell.store.models.customers import Customer, Touch


class Invoice(Imported):
    """An issued document: invoice, request before work or credit note. Changes are `Amendment` rows beside it."""

    creditor = unchecked_creditor()
    customer = parent(Customer)
    kind = models.TextField(default=DocumentKind.INVOICE.value)
    series = models.TextField(default="")
    number = models.TextField()
    issue_date = models.DateField()
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()  # minor units; positive for a credit note too: its kind says the direction
    what_for = models.TextField(default="")
    reference = models.TextField(default="")  # own short payment reference
    order_number = models.TextField(default="")
    valid_until = models.DateField(null=True)
    starts_on = models.DateField(null=True)  # requests: the work begins then, if it is paid in time
    credits_number = models.TextField(default="")  # credit note: the invoice it reduces
    requested_on = models.DateField(null=True)
    known_on = models.DateField()
    # What the source said of it last: a newer sheet is compared with this, word by word.
    payment_terms = models.TextField(default="")
    policy = models.TextField(default="")
    owner = models.TextField(default="")
    note = models.TextField(default="")
    status = models.TextField(default="")
    disputed = models.BooleanField(default=False)
    reported_on = models.DateField(null=True)

    class Meta:
        db_table = "invoice"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "kind", "series", "number", "issue_date"], name="invoice_once"),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="invoice_total_not_negative"),
            models.CheckConstraint(condition=models.Q(kind__in=[k.value for k in DocumentKind]), name="invoice_kind"),
        ]
        # A customer's documents are found by their receivables, their credit notes (which have none) by an index; an id that only repeats the number tells nothing.
        indexes = [
            models.Index(
                fields=["creditor", "source", "external_id"],
                name="invoice_external",
                condition=~models.Q(external_id=models.F("number")),
            ),
            models.Index(
                fields=["creditor", "customer"], name="invoice_credit", condition=models.Q(kind="credit_note")
            ),
            models.Index(fields=["creditor", "total"], name="invoice_total"),
        ]


class InvoiceLine(Owned):
    creditor = unchecked_creditor()
    invoice = parent(Invoice, related_name="lines")
    position = models.IntegerField()
    text = models.TextField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "invoice_line"
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once")]


class Receivable(Owned):
    """What is owed on one instalment of one invoice; an ordinary invoice has one."""

    creditor = unchecked_creditor()
    invoice = parent(Invoice, related_name="receivables")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    instalment = models.IntegerField(default=1)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    due_date = models.DateField(null=True)  # null for a request before work

    class Meta:
        db_table = "receivable"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "instalment"], name="receivable_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="receivable_amount_not_negative"),
        ]
        indexes = [models.Index(fields=["creditor", "customer"], name="receivable_customer")]


class Amendment(Fact):
    """A changed fact of an imported noun: which field, from what to what, by which file."""

    noun = models.TextField()
    noun_id = models.BigIntegerField()
    field = models.TextField()
    old = models.TextField()
    new = models.TextField()

    class Meta:
        db_table = "amendment"
        indexes = [models.Index(fields=["creditor", "noun", "noun_id"], name="amendment_noun")]


class Cancellation(Fact):
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT)

    class Meta:
        db_table = "cancellation"


class WriteOff(Fact):
    """Given up in the books; a negative amount takes it back."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        db_table = "write_off"


class Charge(Fact):
    """A late fee or interest charged; a negative amount waives it. Never a base for further charges."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    kind = models.TextField()

    class Meta:
        db_table = "charge"


class Promise(Fact):
    """A dated commitment to pay an amount; `kind` is promise or plan. Holds the receivable, never rewrites it."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    plan = models.ForeignKey("store.PaymentPlan", null=True, on_delete=models.PROTECT, related_name="promises")
    kind = models.TextField(default="promise")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    promised_date = models.DateField()
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "promise"
        indexes = [models.Index(fields=["creditor", "receivable"], name="promise_receivable")]


class Dispute(Fact):
    """A customer contests part or all of a receivable; `amount` null = all of it."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    cause = models.TextField()
    amount = models.BigIntegerField(null=True)
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "dispute"
        indexes = [models.Index(fields=["creditor", "receivable"], name="dispute_receivable")]


class Hold(Fact):
    """We stop contact: exactly one scope (receivable or customer), why, until when (null = until lifted)."""

    receivable = models.ForeignKey(Receivable, null=True, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)
    reason = models.TextField()
    until_date = models.DateField(null=True)
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "hold"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(receivable__isnull=True) ^ models.Q(customer__isnull=True), name="hold_one_scope"
            ),
            models.CheckConstraint(condition=models.Q(reason__in=[r.value for r in HoldReason]), name="hold_reason"),
        ]


ENDED = ("promise", "dispute", "hold", "touch")
ENDING_OF_ONE = reduce(or_, [models.Q(**{f"{one}__isnull": one != this for one in ENDED}) for this in ENDED])


class Ending(Fact):
    """The counter-record that ends a promise, a dispute or a hold, or takes back a contact made by hand."""

    promise = models.OneToOneField(Promise, null=True, on_delete=models.PROTECT)
    dispute = models.OneToOneField(Dispute, null=True, on_delete=models.PROTECT)
    hold = models.OneToOneField(Hold, null=True, on_delete=models.PROTECT)
    touch = models.OneToOneField(Touch, null=True, on_delete=models.PROTECT)
    outcome = models.TextField()  # kept | withdrawn | accepted | rejected | lifted | taken_back …

    class Meta:
        db_table = "ending"
        constraints = [models.CheckConstraint(condition=ENDING_OF_ONE, name="ending_of_one")]


class LateReason(Fact):
    """Why a receivable was paid late, as a person learned it; the last word counts."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="late_reasons")
    cause = models.TextField()

    class Meta:
        db_table = "late_reason"
        constraints = [
            models.CheckConstraint(condition=models.Q(cause__in=[c.value for c in LateCause]), name="late_reason_cause")
        ]
