"""Who may work at a creditor's desk. Users belong to the installation, memberships say where they may do what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from dunwell.core.roles import DeskRole
from dunwell.store.models.base import Owned
from dunwell.store.models.creditor import Creditor


class Membership(models.Model):
    """A user's role at one creditor. Read before the creditor is chosen, so row-level security does not bind it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    creditor = models.ForeignKey(Creditor, on_delete=models.PROTECT)
    role = models.TextField()
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "membership"
        constraints = [
            models.UniqueConstraint(fields=["user", "creditor"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[one.value for one in DeskRole]), name="membership_role"
            ),
        ]


class DeedForm(Owned):
    """A form of the console that was carried out: the same form sent twice is one deed."""

    form_id = models.TextField()

    class Meta:
        db_table = "deed_form"
        constraints = [models.UniqueConstraint(fields=["creditor", "form_id"], name="deed_form_once")]
