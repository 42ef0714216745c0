"""The outbox: what is to be sent, what became of it, and every attempt. The table is the truth; the queue only wakes workers.

States move only along the arrows of `dunwell_check_message`; the database enforces them (`store.guards`).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from dunwell.store.models.base import Fact, Owned, parent, unchecked_creditor
from dunwell.store.models.customers import Contact, Customer
from dunwell.store.models.invoices import Receivable
from dunwell.store.models.runs import Run

STATES = (
    "planned",
    "waiting",
    "approved",
    "queued",
    "claimed",
    "begun",
    "sent",
    "failed_temporary",
    "failed_permanent",
    "unknown",
    "withdrawn",
)


class Message(Owned):
    """One message to one customer. `key` = slot + step set + content hash; it never changes, nor is it ever sent twice.

    A withdrawn message was never delivered, so its key may come back in a new row.
    """

    creditor = unchecked_creditor()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT)
    queued_at = models.DateTimeField(db_default=Now())  # what was recorded after it, the message does not know
    slot_on = models.DateField()
    purpose = models.TextField()
    channel = models.TextField()
    step = models.TextField(null=True)
    policy = models.TextField(default="")
    content = models.TextField()
    level = models.IntegerField(default=0)
    locale = models.CharField(max_length=2)
    key = models.TextField()
    content_hash = models.TextField()
    message_id = models.TextField()
    domain = models.TextField(default="")  # of the first recipient: the per-domain limits look at it
    state = models.TextField(default="planned")
    state_reason = models.TextField(default="")
    rehearsal = models.BooleanField()
    needs_approval = models.BooleanField(default=False)
    reasons = models.TextField(default="")
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    token = models.BigIntegerField(default=0)  # fencing: a worker that lost its lease cannot begin
    attempts = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    sent_on = models.DateField(null=True)  # the creditor's day of the receipt
    had_link = models.BooleanField(default=False)
    credit = models.TextField(default="")  # the customer's when it was written, "EUR 1200": asked again before sending

    class Meta:
        db_table = "message"
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "key"], name="message_key_once", condition=~models.Q(state="withdrawn")
            ),
            models.UniqueConstraint(
                fields=["creditor", "customer", "slot_on", "purpose", "rehearsal"],
                name="message_slot_once",
                condition=~models.Q(state__in=["withdrawn", "failed_permanent"]),
            ),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="message_state"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "not_before", "id"],
                name="message_due",
                condition=models.Q(state__in=["queued", "failed_temporary", "claimed", "begun"]),
            ),
            models.Index(
                fields=["creditor", "state", "id"],
                name="message_for_people",
                condition=models.Q(state__in=["waiting", "unknown"]),
            ),
            models.Index(fields=["creditor", "customer"], name="message_customer"),
            models.Index(fields=["creditor", "message_id"], name="message_header"),
        ]


class MessageItem(Owned):
    """A receivable a message speaks of: asked for (its `step` is done by the message), listed, or not yet due."""

    creditor = unchecked_creditor()
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="items", db_constraint=False)
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, db_constraint=False)
    step = models.TextField(null=True)
    part = models.TextField()
    amount = models.BigIntegerField(null=True)
    credit = models.BigIntegerField(default=0)  # money on account deducted from it in the letter
    currency = models.CharField(max_length=3)

    class Meta:
        db_table = "message_item"


class MessageContent(Owned):
    """The frozen words and bytes of a message. Personal content (I14); never updated by the application."""

    creditor = unchecked_creditor()
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="content_row", db_constraint=False)
    subject = models.TextField(default="")
    text = models.TextField()
    html = models.TextField(default="")
    mime = models.BinaryField(null=True)  # final bytes without Date and DKIM
    envelope_from = models.TextField(default="")

    class Meta:
        db_table = "message_content"


class Recipient(Owned):
    creditor = unchecked_creditor()
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="recipients", db_constraint=False)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, db_constraint=False)
    person_key = models.TextField()
    address = models.TextField()
    copy = models.BooleanField(default=False)

    class Meta:
        db_table = "recipient"
        indexes = [models.Index(fields=["creditor", "person_key"], name="recipient_person")]


class Attempt(Fact):
    """One try and what the channel answered; append-only."""

    creditor = unchecked_creditor()
    message = parent(Message, indexed=True, related_name="attempt_rows")
    outcome = models.TextField()  # sent | failed_temporary | failed_permanent | unknown | refused_copy
    detail = models.TextField(default="")
    rehearsal = models.BooleanField()
    recipients = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "attempt"


class SentCopy(Fact):
    """What became of the copy of a sent message in the folder of sent mail: put there, there already, or refused."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="sent_copy")
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="sent_copy")
    outcome = models.TextField()
    folder = models.TextField()

    class Meta:
        db_table = "sent_copy"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["copied", "there", "refused"]), name="sent_copy_outcome"
            )
        ]


class Approval(Fact):
    """A person allowed exactly these bytes to go to this contact; holds for one hash and ends with the draft's day."""

    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT)
    content_hash = models.TextField()
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT
    )  # no later message needs approval for being the first to them
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "approval"
