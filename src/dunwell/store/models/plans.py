"""Agreed schedules and terms: what was offered and accepted, on what evidence, and what a person decided where the policy left it to one.

An agreed schedule holds its receivables by promises of the kind `plan`, one a payment and receivable; it ends when they do.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.store.models.base import Fact, Owned
from dunwell.store.models.customers import Customer

PLAN_DECISIONS = ("allowed", "refused")


class PaymentPlan(Fact):
    """A schedule that a client accepted or asks for. `received_before` is what stood against its receivables when it was agreed:
    whatever comes on top of it pays the parts. `is_asked`: it goes beyond the policy and waits for a person.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    receivables = ArrayField(models.BigIntegerField())
    schedule = models.JSONField()  # [[day, minor units], …]
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    received_before = models.BigIntegerField()
    grace_days = models.IntegerField()
    reminder_days = models.IntegerField()
    locale = models.CharField(max_length=2)
    evidence = models.TextField()
    is_asked = models.BooleanField(default=False)
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "payment_plan"
        indexes = [models.Index(fields=["creditor", "customer"], name="payment_plan_customer")]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_plan_positive")]


class PaymentPlanPaper(Owned):
    """The agreement as it was read and accepted, to the byte. Personal content (I14)."""

    plan = models.OneToOneField(PaymentPlan, on_delete=models.PROTECT, related_name="paper")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        db_table = "payment_plan_paper"


class PaymentPlanDecision(Fact):
    """What a person decided about a schedule beyond the policy."""

    plan = models.OneToOneField(PaymentPlan, on_delete=models.PROTECT, related_name="decision")
    outcome = models.TextField()

    class Meta:
        db_table = "payment_plan_decision"
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=PLAN_DECISIONS), name="payment_plan_decision_kind")
        ]


class TermsProposal(Fact):
    """Terms written down and sent to a customer for confirmation; a newer one takes its place. Nothing is agreed by it yet."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    terms = models.JSONField()
    locale = models.CharField(max_length=2)
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "terms_proposal"
        indexes = [models.Index(fields=["creditor", "customer", "id"], name="terms_proposal_customer")]


class TermsConfirmed(Fact):
    """A customer confirmed a proposal: the paper to the byte, and the agreement that it became. Through a rehearsal's link none did.
    Personal content (I14).
    """

    proposal = models.OneToOneField(TermsProposal, on_delete=models.PROTECT, related_name="confirmed")
    agreement = models.OneToOneField("store.Agreement", null=True, on_delete=models.PROTECT)
    evidence = models.TextField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        db_table = "terms_confirmed"
