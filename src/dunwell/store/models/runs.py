"""What the program decided: runs, outcomes, tasks and the audit chain."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models.base import Fact, Owned, unchecked_creditor
from dunwell.store.models.customers import Contact, Customer
from dunwell.store.models.invoices import Receivable


class Run(Fact):
    """One planning for one creditor and day; `effective_on` is its `as_of`."""

    rehearsal = models.BooleanField()
    counts = models.JSONField(default=dict)
    digest = models.TextField(default="")

    class Meta:
        db_table = "run"
        indexes = [models.Index(fields=["creditor", "effective_on"], name="run_day")]


class Outcome(Owned):
    """A decision about one receivable, written when it changes. Append-only; no foreign keys and one index: a million rows a run."""

    pk = models.CompositePrimaryKey("creditor_id", "receivable_id", "run_id")
    creditor = unchecked_creditor()
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    code = models.TextField()
    step = models.TextField(null=True)
    reasons = models.TextField()
    next_on = models.DateField(null=True)

    class Meta:
        db_table = "outcome"


class Lapse(Fact):
    """A step passed over (its condition did not hold) or spared (the forecast expects the money); no later fact shows it."""

    creditor = unchecked_creditor()
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, db_constraint=False)
    step = models.TextField()
    state = models.TextField(default="lapsed")
    reason = models.TextField()
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "lapse"


class Task(Fact):
    """Something a person does: a call, a visit, a letter to post, a missing contact, a hand-over."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT)
    kind = models.TextField()
    policy = models.TextField(default="")
    step = models.TextField(default="")
    level = models.IntegerField(default=0)
    due_on = models.DateField()
    text = models.TextField(default="")
    key = models.TextField(default="")  # of the message that became this task: the same message makes it once
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "task"
        indexes = [models.Index(fields=["creditor", "customer"], name="task_customer")]
        constraints = [
            models.UniqueConstraint(fields=["creditor", "key"], name="task_key_once", condition=~models.Q(key=""))
        ]


class TaskItem(Owned):
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="items")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT)
    step = models.TextField(null=True)

    class Meta:
        db_table = "task_item"


class TaskOutcome(Fact):
    """How a task ended; the step counts as done only with `done`."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="outcome")
    outcome = models.TextField()
    done = models.BooleanField()

    class Meta:
        db_table = "task_outcome"


class Audit(Owned):
    """One link of the creditor's chain: `digest` is the SHA-256 of the batch's canonical rows, `chained` of previous + digest."""

    sequence = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.TextField()
    kind = models.TextField()
    subject = models.TextField(default="")
    count = models.BigIntegerField(default=1)
    digest = models.TextField()
    previous = models.TextField()
    chained = models.TextField()

    class Meta:
        db_table = "audit"
        constraints = [models.UniqueConstraint(fields=["creditor", "sequence"], name="audit_sequence")]


class AuditHead(Owned):
    """Where the chain stood after a link, noted a second time: links cut off its end are missed here."""

    sequence = models.BigIntegerField()
    chained = models.TextField()

    class Meta:
        db_table = "audit_head"
        constraints = [models.UniqueConstraint(fields=["creditor", "sequence"], name="audit_head_once")]


class AuditContent(Owned):
    """The canonical content of a link, kept apart so that personal content can be erased while the chain verifies."""

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT)
    salt = models.TextField()
    body = models.TextField(null=True)  # null after an erasure: the salted digest stays

    class Meta:
        db_table = "audit_content"
