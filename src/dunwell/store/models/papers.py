"""What documents out need beyond the ledger: the e-invoice as its issuer wrote it, how VAT stands, and the logo."""

from __future__ import annotations

from django.db import models

from dunwell.core.vat import VatCategory
from dunwell.store.models.base import Fact, parent
from dunwell.store.models.customers import Customer
from dunwell.store.models.invoices import Invoice


class IssuedDocument(Fact):
    """An e-invoice as it was read (`core.documents_json`): lines, VAT and parties that the ledger has no columns for. The last one counts."""

    invoice = parent(Invoice, indexed=True)
    body = models.TextField()

    class Meta:
        db_table = "issued_document"


class VatRule(Fact):
    """How VAT stands on documents, as a person said: of one invoice, else of one customer, else of all; the last word of each counts."""

    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT)
    category = models.TextField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    reason = models.TextField(default="")

    class Meta:
        db_table = "vat_rule"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(customer__isnull=True) | models.Q(invoice__isnull=True), name="vat_rule_one_scope"
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=[one.value for one in VatCategory]), name="vat_rule_category"
            ),
        ]


class Logo(Fact):
    """The picture at the head of documents, drawn anew from what was uploaded; the last one counts, an empty one means none."""

    picture = models.BinaryField()

    class Meta:
        db_table = "logo"
