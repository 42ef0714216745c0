"""Money received, and which part of it covers what."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact, Imported, Owned, parent, unchecked_creditor
from dunwell.store.models.customers import Customer
from dunwell.store.models.invoices import Invoice, Receivable


class Payment(Imported):
    """Money received. Append-only; a reversal is a payment with a negative amount that names the reversed one."""

    creditor = unchecked_creditor()
    customer = parent(Customer, null=True)
    date = models.DateField()
    is_date_known = models.BooleanField(default=True)  # false: the sheet said "paid", not when; the import's day stands
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    payer_name = models.TextField(default="")
    payer_account = models.TextField(default="")
    payer_tax_id = models.TextField(default="")
    remittance = models.TextField(default="")
    reference = models.TextField(default="")
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False)
    recorded_on = models.DateField()

    class Meta:
        db_table = "payment"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "source", "external_id"], name="payment_once"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="payment_not_zero"),
        ]
        indexes = [
            models.Index(fields=["creditor", "customer"], name="payment_customer"),
            models.Index(fields=["creditor", "date", "id"], name="payment_newest"),
            models.Index(
                fields=["creditor", "recorded_on"], name="payment_of_nobody", condition=models.Q(customer__isnull=True)
            ),
            models.Index(fields=["reverses"], name="payment_reverses", condition=models.Q(reverses__isnull=False)),
        ]


class PaymentOpen(Owned):
    """A payment of which something is left, wholly or in part; kept by the database (`guards.OPEN_PAYMENTS`)."""

    creditor = unchecked_creditor()
    payment = models.OneToOneField(Payment, primary_key=True, on_delete=models.PROTECT, db_constraint=False)

    class Meta:
        db_table = "payment_open"


class Allocation(Fact):
    """Part of a payment or credit note set against a receivable; a negative row with `undoes` takes it back.

    The database keeps I1: what is allocated of a payment never exceeds it, what is set against a receivable never exceeds
    what is owed, currencies agree (`0002_guards`).
    """

    creditor = unchecked_creditor()
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, db_constraint=False)
    credit_note = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, db_constraint=False)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    basis = models.TextField()
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, db_constraint=False)

    class Meta:
        db_table = "allocation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(payment__isnull=True) ^ models.Q(credit_note__isnull=True),
                name="allocation_one_origin",
            ),
            models.CheckConstraint(condition=~models.Q(amount=0), name="allocation_not_zero"),
        ]
        indexes = [
            models.Index(
                fields=["credit_note"], name="allocation_credit_note", condition=models.Q(credit_note__isnull=False)
            )
        ]


class OnAccount(Fact):
    """A person put unapplied money on account: it no longer holds its payer, it is shown and deducted."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    taken_back = models.BooleanField(default=False)

    class Meta:
        db_table = "on_account"


class Proposal(Fact):
    """An allocation that is not certain: shown on the work list, holds the customer until a person decides."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT)
    receivable = models.ForeignKey(Receivable, null=True, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)
    amount = models.BigIntegerField()
    points = models.IntegerField(default=0)
    reasons = models.TextField(default="")

    class Meta:
        db_table = "allocation_proposal"
        indexes = [models.Index(fields=["creditor", "payment"], name="allocation_proposal_payment")]


class Coverage(Fact):
    """A money source is complete up to `covered_until`: the end of a statement, or a person's word."""

    source = models.TextField()
    covered_until = models.DateField()
    required = models.BooleanField(default=True)

    class Meta:
        db_table = "coverage"
        indexes = [models.Index(fields=["creditor", "source", "covered_until"], name="coverage_last")]


class ImportFile(Fact):
    """A file as received: its name, hash, kind and what came of it."""

    name = models.TextField()
    sha256 = models.TextField()
    kind = models.TextField()
    is_complete = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "import_file"


class Statement(Fact):
    """The frame of a bank statement as read: whose account, which days, and the balances, in minor units.

    `is_whole` = its balances follow from its entries, so that it tells everything that moved on its days.
    """

    file = models.ForeignKey(ImportFile, on_delete=models.PROTECT)
    account = models.TextField()
    currency = models.CharField(max_length=3)
    number = models.TextField(default="")
    from_date = models.DateField(null=True)
    to_date = models.DateField(null=True)
    opening = models.BigIntegerField(null=True)
    closing = models.BigIntegerField(null=True)
    is_whole = models.BooleanField(default=False)

    class Meta:
        db_table = "bank_statement"
        indexes = [models.Index(fields=["creditor", "account", "to_date"], name="bank_statement_days")]


class BankEntry(Owned):
    """One booked movement of an account, once, however many files told of it. Personal content (I14)."""

    creditor = unchecked_creditor()
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, db_constraint=False)
    account = models.TextField()
    identity = models.TextField()
    key = models.TextField()
    day = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    name = models.TextField(default="")
    counter_account = models.TextField(default="")
    tax_number = models.TextField(default="")
    bank_reference = models.TextField(default="")
    end_to_end = models.TextField(default="")
    remittance = models.TextField(default="")
    words = models.TextField(default="")
    is_reversal = models.BooleanField(default=False)

    class Meta:
        db_table = "bank_entry"
        constraints = [models.UniqueConstraint(fields=["creditor", "account", "identity"], name="bank_entry_once")]
        indexes = [models.Index(fields=["creditor", "account", "day"], name="bank_entry_days")]


class ImportedRow(Owned):
    """A row as received, beside its normal form: raw is kept. Personal content (I14)."""

    creditor = unchecked_creditor()
    file = models.ForeignKey(ImportFile, on_delete=models.PROTECT, db_constraint=False)
    line = models.IntegerField()
    raw = models.TextField()

    class Meta:
        db_table = "imported_row"


class FindingRecord(Fact):
    """A problem in data, with its source row; `hold` stops the chase of what it names until a person settles it."""

    file = models.ForeignKey(ImportFile, null=True, on_delete=models.PROTECT)
    code = models.TextField()
    message = models.TextField()
    file_name = models.TextField(default="")
    line = models.IntegerField(null=True)
    field = models.TextField(default="")
    value = models.TextField(default="")
    remedy = models.TextField(default="")
    receivable = models.ForeignKey(Receivable, null=True, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)
    holds = models.BooleanField(default=False)

    class Meta:
        db_table = "finding"


class FindingSettled(Fact):
    finding = models.OneToOneField(FindingRecord, on_delete=models.PROTECT)
    outcome = models.TextField()  # paid | cancelled | still_open | repaired | ignored

    class Meta:
        db_table = "finding_settled"
