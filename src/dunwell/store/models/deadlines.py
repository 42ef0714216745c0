"""Capacity, the work that waits for it, and deadlines: dated consequences that the program enforces when they pass."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact
from dunwell.store.models.invoices import Invoice

DEADLINE_KINDS = ("place", "price")


class Capacity(Fact):
    """How many job-days a week holds, from a day on."""

    units = models.IntegerField()

    class Meta:
        db_table = "capacity"
        constraints = [models.CheckConstraint(condition=models.Q(units__gt=0), name="capacity_positive")]


class Job(Fact):
    """Work in the queue: of a request before work, or of anything else by its title. `starts_on` where its place is fixed."""

    invoice = models.OneToOneField(Invoice, null=True, on_delete=models.PROTECT)
    title = models.TextField(default="")
    days = models.IntegerField()
    starts_on = models.DateField(null=True)

    class Meta:
        db_table = "job"
        constraints = [models.CheckConstraint(condition=models.Q(days__gt=0), name="job_days_positive")]


class JobEnd(Fact):
    """The work is done, or will not be."""

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "job_end"


class Deadline(Fact):
    """What a client was told of a day: a place kept until then, or a price that rises after it. One of a kind, never moved."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT)
    kind = models.TextField()
    last_day = models.DateField()
    ends_at = models.DateTimeField()
    starts_on = models.DateField(null=True)  # of a place: the start that is kept
    later_start = models.DateField(null=True)  # and the earliest one once others have taken it
    new_total = models.BigIntegerField(null=True)  # of a price: what the request comes to afterwards
    evidence = models.TextField(default="")
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "deadline"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "kind", "rehearsal"], name="deadline_never_moved"),
            models.CheckConstraint(condition=models.Q(kind__in=DEADLINE_KINDS), name="deadline_kind"),
            models.CheckConstraint(
                condition=models.Q(kind="place", starts_on__isnull=False)
                | models.Q(kind="price", new_total__isnull=False) & ~models.Q(evidence=""),
                name="deadline_has_consequence",
            ),
        ]


class DeadlineEnd(Fact):
    """The day passed, and the program did what was told; or the client paid before it."""

    deadline = models.OneToOneField(Deadline, on_delete=models.PROTECT, related_name="end")
    outcome = models.TextField()  # kept | passed

    class Meta:
        db_table = "deadline_end"
