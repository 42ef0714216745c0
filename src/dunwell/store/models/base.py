"""Shapes that many tables share: every row belongs to one creditor, every fact says when it was recorded.

Tables that hold facts are append-only: the database refuses to change or delete them (`0002_guards`). A fact is taken back by
a counter-record, never by an update.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now


def unchecked_creditor() -> models.ForeignKey:
    """The creditor of a table that grows by millions: row-level security binds it anyway, a foreign key costs 5 µs a row more."""
    return models.ForeignKey("store.Creditor", on_delete=models.PROTECT, db_index=False, db_constraint=False)


def parent(model: type[models.Model], *, indexed: bool = False, **options: Any) -> models.ForeignKey:
    """The parent of a table that grows by millions: checked for a whole statement at once (`guards.belongs`).

    `indexed` where no other index of the table begins with it.
    """
    return models.ForeignKey(model, on_delete=models.PROTECT, db_constraint=False, db_index=indexed, **options)


class Owned(models.Model):
    """A row of one creditor; row-level security hides it from all others."""

    creditor = models.ForeignKey("store.Creditor", on_delete=models.PROTECT, db_index=False)

    class Meta:
        abstract = True


class Fact(Owned):
    """Something that happened: effective on a day, recorded at an instant, by somebody; never changed."""

    effective_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    by = models.TextField(default="")
    why = models.TextField(default="")

    class Meta:
        abstract = True


class Imported(Owned):
    """A noun that came from outside keeps its source and the source's own id."""

    source = models.TextField(default="manual")
    external_id = models.TextField()

    class Meta:
        abstract = True
