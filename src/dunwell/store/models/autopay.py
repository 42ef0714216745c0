"""Automatic payment: what a client agreed to on the pay page, by what may be charged, its end, and each charge before it happens."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact, Owned
from dunwell.store.models.customers import Customer
from dunwell.store.models.outbox import Message
from dunwell.store.models.page import OnlinePayment, PageLink


class AutoConsent(Fact):
    """A client agreed that invoices to come are charged by themselves: in one currency, at most `most` minor units at a time.

    `words` is the sentence that they agreed to; it holds once the first payment went through and the provider keeps the method.
    """

    link = models.ForeignKey(PageLink, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    payment = models.OneToOneField(OnlinePayment, on_delete=models.PROTECT, related_name="consent")
    provider = models.TextField()
    currency = models.CharField(max_length=3)
    most = models.BigIntegerField()
    words = models.TextField()
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "auto_consent"
        constraints = [models.CheckConstraint(condition=models.Q(most__gt=0), name="auto_consent_positive")]


class AutoMethod(Owned):
    """By what the provider charges, sealed. Personal content (I14)."""

    consent = models.OneToOneField(AutoConsent, on_delete=models.PROTECT, related_name="method")
    sealed = models.TextField()

    class Meta:
        db_table = "auto_method"


class AutoEnd(Fact):
    """Nothing is charged any more: the client ended it by one tap, or somebody of ours did."""

    consent = models.OneToOneField(AutoConsent, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "auto_end"


class AutoCharge(Fact):
    """A charge that was announced: its sum and invoices stand in `payment`, `charge_on` is the day that `notice` names."""

    payment = models.OneToOneField(OnlinePayment, on_delete=models.PROTECT, related_name="charge")
    consent = models.ForeignKey(AutoConsent, on_delete=models.PROTECT, related_name="charges")
    notice = models.ForeignKey(Message, on_delete=models.PROTECT, db_constraint=False)
    charge_on = models.DateField()
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "auto_charge"
