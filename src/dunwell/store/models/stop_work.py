"""Work that waits for payment, what ended the waiting, and the news of both to other programs."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.core.stop_work import Work
from dunwell.store.models.base import Fact
from dunwell.store.models.customers import Customer

STOP_ENDS = ("paid", "agreed", "mistaken")


class StopWork(Fact):
    """A person let work stop until it is paid, after a letter had said so; it stands until a `StopWorkEnd`."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    work = models.TextField()
    basis = models.TextField()
    announced_on = models.DateField()  # the day of the letter that said so
    receivables = ArrayField(models.BigIntegerField())  # what that letter asked for: paid, work goes on
    told = ArrayField(models.TextField(), default=list)  # the people of ours who were told
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "stop_work"
        indexes = [models.Index(fields=["creditor", "customer"], name="stop_work_customer")]
        constraints = [
            models.CheckConstraint(condition=models.Q(work__in=[one.value for one in Work]), name="stop_work_kind")
        ]


class StopWorkEnd(Fact):
    """Work goes on: it was paid, something else was agreed, or the stop was a mistake."""

    stop = models.OneToOneField(StopWork, on_delete=models.PROTECT, related_name="end")
    outcome = models.TextField()

    class Meta:
        db_table = "stop_work_end"
        constraints = [models.CheckConstraint(condition=models.Q(outcome__in=STOP_ENDS), name="stop_work_end_kind")]


class Hook(Fact):
    """Where another program is told; the last row is in force, an empty address tells nobody. The secret is sealed."""

    address = models.TextField()
    secret = models.TextField()

    class Meta:
        db_table = "hook"


class HookCall(Fact):
    """One piece of news for the other program: the same `key` and the same bytes at every attempt."""

    key = models.TextField()
    body = models.TextField()
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "hook_call"
        constraints = [models.UniqueConstraint(fields=["creditor", "key"], name="hook_call_once")]


class HookAttempt(Fact):
    """One try to tell it and what was answered; the next one is due at `retry_at`, null = there is none."""

    call = models.ForeignKey(HookCall, on_delete=models.PROTECT, related_name="attempts")
    taken = models.BooleanField()
    said = models.TextField(default="")
    at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hook_attempt"
