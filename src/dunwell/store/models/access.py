"""Who may work at a creditor's desk. Users belong to the installation, memberships say where they may do what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from dunwell.core.roles import DeskRole
from dunwell.store.models.base import Fact, Owned
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


class ApiToken(Fact):
    """A key by which another program works here in a role. The token itself is shown once and kept by nobody: only its digest is."""

    name = models.TextField()
    role = models.TextField()
    token_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "api_token"
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=[one.value for one in DeskRole]), name="api_token_role")
        ]


class ApiTokenRevoked(Fact):
    """The counter-record: from now on the token opens nothing."""

    token = models.OneToOneField(ApiToken, on_delete=models.PROTECT, related_name="revoked")

    class Meta:
        db_table = "api_token_revoked"
