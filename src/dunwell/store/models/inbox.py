"""The inbox: mails that arrived, what was read in them, and what a person made of it. All of it is facts.

What a stranger wrote lies apart, because it can be erased (I14).
"""

from __future__ import annotations

from django.db import models

from dunwell.core.inbox import HOOK, MailKind, MatchBasis, ProposalKind, Settled
from dunwell.store.models.base import Fact, Owned
from dunwell.store.models.customers import Customer
from dunwell.store.models.outbox import Message


class Inbound(Fact):
    """One mail. `digest` is of what identifies it: the same mail from two sources is one row."""

    digest = models.CharField(max_length=64)
    kind = models.TextField()
    mailbox = models.TextField(default="")  # user@host/folder/uidvalidity, hook, hook/channel; empty for a file
    uid = models.BigIntegerField(null=True)
    person_key = models.TextField(default="")  # of the sender
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)
    basis = models.TextField(default="")
    evidence = models.TextField(default="")
    answers = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, db_constraint=False)
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "inbound"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "digest"], name="inbound_once"),
            models.CheckConstraint(condition=models.Q(kind__in=[k.value for k in MailKind]), name="inbound_kind"),
            models.CheckConstraint(condition=models.Q(basis__in=[b.value for b in MatchBasis]), name="inbound_basis"),
        ]
        indexes = [
            models.Index(fields=["creditor", "customer", "id"], name="inbound_customer"),
            models.Index(fields=["creditor", "mailbox", "uid"], name="inbound_mailbox"),
        ]

    @property
    def channel(self) -> str:
        """By which way it came: a mail, or a message that another program brought."""
        return self.mailbox.removeprefix(f"{HOOK}/") if self.is_message else "email"

    @property
    def is_message(self) -> bool:
        return self.mailbox.startswith(f"{HOOK}/")


class InboundContent(Owned):
    """The mail as it came, and what is shown of it. Personal content (I14)."""

    mail = models.OneToOneField(Inbound, on_delete=models.PROTECT, related_name="content")
    sender = models.TextField(default="")
    subject = models.TextField(default="")
    text = models.TextField(default="")
    html = models.TextField(default="")  # sanitised, without pictures
    warnings = models.TextField(default="")
    raw = models.BinaryField()

    class Meta:
        db_table = "inbound_content"


class InboundMatch(Fact):
    """A person said whose mail it is; the last word counts."""

    mail = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="matches")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "inbound_match"


class ReplyProposal(Fact):
    """What a reading would lead to. Until a person settles it, or `hold_until` has passed, the customer's chase holds."""

    mail = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="proposals")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.TextField()
    values = models.JSONField()
    quotation = models.TextField(default="")
    confidence = models.FloatField(default=0.0)
    hold_until = models.DateField()
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "reply_proposal"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[k.value for k in ProposalKind]), name="reply_proposal_kind"
            )
        ]
        indexes = [models.Index(fields=["creditor", "customer", "hold_until"], name="reply_proposal_customer")]


class ReplyDecision(Fact):
    """A person accepted, edited or rejected a proposal, or took that back; the last row of a proposal counts.

    `effects` are the facts that were made, as pairs of table and number, so that taking back finds them.
    """

    proposal = models.ForeignKey(ReplyProposal, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.TextField()
    values = models.JSONField(default=dict)
    effects = models.JSONField(default=list)

    class Meta:
        db_table = "reply_decision"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=[s.value for s in Settled]), name="reply_decision_outcome"
            )
        ]


class CallReviewed(Fact):
    """A call, or a letter written by hand, that was read; `effective_on` is its day. Its words are personal content (I14)."""

    digest = models.CharField(max_length=64)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    invoice = models.TextField(default="")
    manager = models.TextField()
    is_letter = models.BooleanField(default=False)
    turns = models.JSONField()
    review = models.JSONField()  # point → [kept or null, quotation]; objection, outcome

    class Meta:
        db_table = "call_reviewed"
        constraints = [models.UniqueConstraint(fields=["creditor", "digest"], name="call_reviewed_once")]
        indexes = [models.Index(fields=["creditor", "manager", "effective_on"], name="call_reviewed_manager")]


class ReaderLesson(Fact):
    """What the creditor's people taught the reader; the last one counts. `shifts`: intent → what is known of words → weight.

    Of `words` that people said about readings, the reader agreed with `agreed_before`, and with the lesson would with `agreed`;
    each was judged by a lesson that did not know it. `is_used` is False where a lesson was no better.
    """

    texts = models.IntegerField()
    words = models.IntegerField()
    agreed_before = models.IntegerField()
    agreed = models.IntegerField()
    is_used = models.BooleanField()
    shifts = models.JSONField(default=dict)

    class Meta:
        db_table = "reader_lesson"


class InboxHook(Fact):
    """Another program may bring replies, signed with this secret; the last one counts, an empty one takes it back."""

    secret = models.TextField(default="")

    class Meta:
        db_table = "inbox_hook"
