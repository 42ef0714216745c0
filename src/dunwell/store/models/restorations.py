"""Books that came from a backup: what went out since its moment they do not know, until a person has said so (I17)."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact


class Restoration(Fact):
    """The creditor's books were restored; nothing goes live before a `RestorationConfirmed`."""

    backup_at = models.DateTimeField()
    was_live = models.BooleanField()
    replaced = models.TextField()  # the database that they took the place of: it may know what went out

    class Meta:
        db_table = "restoration"


class RestorationConfirmed(Fact):
    """A person has said of every message that may have gone out since the backup whether it did."""

    restoration = models.OneToOneField(Restoration, on_delete=models.PROTECT, related_name="confirmed")

    class Meta:
        db_table = "restoration_confirmed"
