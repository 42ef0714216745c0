"""That personal content was erased: of whom only signs are kept, so that it is repeated where an older copy brings it back."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.store.models.base import Fact


class Erasure(Fact):
    """A person's content was replaced by a tombstone. `keys` are hashes of their addresses, `customers` of the source's own ids of
    the customer that they themselves are (often a name); `has_books`: their name on documents and payments went too.
    """

    keys = ArrayField(models.TextField())
    customers = ArrayField(models.TextField(), default=list)
    has_books = models.BooleanField()

    class Meta:
        db_table = "erasure"
