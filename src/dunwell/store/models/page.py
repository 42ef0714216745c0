"""The client's pay page: its links, who opened them, what was answered there, and what became of the answer.

All of it is facts. A link's token is never stored, only its digest; what a person wrote lies apart, because it can be erased (I14).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.store.models.base import Fact, Owned
from dunwell.store.models.customers import Contact, Customer


class PageLink(Fact):
    """One link of one message's reader: what it shows, in which look and language, until when.

    The one table whose row shows itself without its creditor being named: to whoever knows its token (`guards`).
    """

    token_hash = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT)
    person_key = models.TextField(default="")
    channel = models.TextField()
    receivables = ArrayField(models.BigIntegerField())  # asked for in the message
    later = ArrayField(models.BigIntegerField(), default=list)  # named there as not yet due
    shows_all = models.BooleanField(
        default=False
    )  # all that the customer owes: only where every reader's role may see it
    is_shared = models.BooleanField(
        default=False
    )  # others read the same message: none of them may stop it for the first
    locale = models.CharField(max_length=2)
    look = models.TextField(default="")
    level = models.IntegerField(default=0)
    pay_by = models.DateField(null=True)
    last_day = models.DateField()
    asks_survey = models.BooleanField(default=False, db_default=False)  # the one question, beside a thank-you
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "page_link"
        indexes = [models.Index(fields=["creditor", "customer"], name="page_link_customer")]


class PageLinkEnd(Fact):
    """A person closed a link before its last day."""

    link = models.OneToOneField(PageLink, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "page_link_end"


class PageOpening(Fact):
    """A link was opened on a day, by a person or by a program that looks at links; one row a day of each is enough."""

    link = models.ForeignKey(PageLink, on_delete=models.PROTECT, db_index=False)
    is_robot = models.BooleanField()

    class Meta:
        db_table = "page_opening"
        constraints = [
            models.UniqueConstraint(fields=["link", "effective_on", "is_robot"], name="page_opening_once_a_day")
        ]


class PageAnswer(Fact):
    """What a client said on the page. `form_id` is of the form that was shown: sent twice, it is one answer."""

    link = models.ForeignKey(PageLink, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.TextField()  # core.page.AnswerKind
    form_id = models.TextField()
    receivables = ArrayField(models.BigIntegerField(), default=list)
    day = models.DateField(null=True)  # paid on, or will pay on
    cause = models.TextField(default="")
    amount = models.BigIntegerField(null=True)
    score = models.SmallIntegerField(null=True)  # from 1 to 10
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "page_answer"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 10)), name="page_answer_score"
            ),
            models.UniqueConstraint(fields=["creditor", "form_id"], name="page_answer_once"),
        ]
        indexes = [models.Index(fields=["creditor", "customer", "id"], name="page_answer_customer")]


class PageWords(Owned):
    """What a person wrote in an answer, and whom they named. Personal content (I14)."""

    answer = models.OneToOneField(PageAnswer, on_delete=models.PROTECT, related_name="words")
    text = models.TextField(default="")
    name = models.TextField(default="")
    email = models.TextField(default="")
    phone = models.TextField(default="")

    class Meta:
        db_table = "page_words"


class PageFile(Owned):
    """A file that came with an answer, checked by its content. Personal content (I14)."""

    answer = models.ForeignKey(PageAnswer, on_delete=models.PROTECT, related_name="files")
    name = models.TextField()
    media_type = models.TextField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        db_table = "page_file"


class PageAnswerSettled(Fact):
    """A person dealt with an answer, and how; the last word counts, `reopened` is its taking back."""

    answer = models.ForeignKey(PageAnswer, on_delete=models.PROTECT, related_name="settlements")
    outcome = models.TextField()

    class Meta:
        db_table = "page_answer_settled"


class OnlinePayment(Fact):
    """A client chose to pay online: the sum and what it is for, written before the provider is asked."""

    reference = models.CharField(max_length=40)
    link = models.ForeignKey(PageLink, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    form_id = models.TextField()
    provider = models.TextField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    receivables = ArrayField(models.BigIntegerField())
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "online_payment"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "reference"], name="online_payment_reference"),
            models.UniqueConstraint(fields=["creditor", "form_id"], name="online_payment_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="online_payment_positive"),
        ]


class OnlineStart(Fact):
    """The provider gave a page on which it can be paid."""

    payment = models.OneToOneField(OnlinePayment, on_delete=models.PROTECT, related_name="start")
    provider_id = models.TextField()
    url = models.TextField()

    class Meta:
        db_table = "online_start"


class OnlineEvent(Fact):
    """News of a provider whose sender is certain; the same news again adds nothing."""

    provider = models.TextField()
    event_id = models.TextField()
    kind = models.TextField()  # core.payment.PaymentEventKind
    provider_payment = models.TextField()
    reference = models.TextField(default="")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        db_table = "online_event"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "provider", "event_id"], name="online_event_once"),
        ]


class OnlineNews(Owned):
    """What a provider sent, as it came. Personal content (I14)."""

    event = models.OneToOneField(OnlineEvent, on_delete=models.PROTECT, related_name="news")
    body = models.BinaryField()

    class Meta:
        db_table = "online_news"
