"""One deed on many customers: what each had before, so that it can be taken back."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact, Owned
from dunwell.store.models.customers import Customer


class BulkEdit(Fact):
    """A field that was given one value for many customers; `undoes` is the one that it takes back."""

    field = models.TextField()  # run.bulk_edit.Field
    value = models.TextField()
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        db_table = "bulk_edit"


class BulkChange(Owned):
    """What an edit changed for one customer; of a hold `new` is its number."""

    edit = models.ForeignKey(BulkEdit, on_delete=models.PROTECT, related_name="changes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    old = models.TextField()
    new = models.TextField()

    class Meta:
        db_table = "bulk_change"
