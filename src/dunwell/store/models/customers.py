"""Who owes: customers, their people, how to reach them, and what stops us from writing."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.core.ledger import CustomerKind, CustomerState, Role
from dunwell.store.models.base import Fact, Imported, Owned, parent, unchecked_creditor


class CustomerGroup(Owned):
    name = models.TextField()

    class Meta:
        db_table = "customer_group"
        constraints = [models.UniqueConstraint(fields=["creditor", "name"], name="customer_group_once")]


class Customer(Imported):
    creditor = unchecked_creditor()
    name = models.TextField()
    name_key = models.TextField(
        default=""
    )  # the name with case, quotes and blanks levelled: how a file without ids finds it
    kind = models.TextField(default=CustomerKind.BUSINESS.value)
    country = models.CharField(max_length=2, default="")
    locale = models.CharField(max_length=2, default="")
    timezone = models.TextField(default="")
    registration_number = models.TextField(default="")
    tax_id = models.TextField(default="")
    address = models.TextField(default="")
    segment = models.TextField(default="")
    owner = models.TextField(default="")  # the member of staff who looks after them
    group = models.ForeignKey(CustomerGroup, null=True, on_delete=models.PROTECT)
    payment_terms = models.TextField(default="")
    preferred_method = models.TextField(default="", db_default="")  # transfer | card | cash: named first in letters
    known_on = models.DateField()

    class Meta:
        db_table = "customer"
        indexes = [models.Index(fields=["creditor", "name_key"], name="customer_name")]
        constraints = [
            models.UniqueConstraint(fields=["creditor", "source", "external_id"], name="customer_once"),
            models.CheckConstraint(condition=models.Q(kind__in=[k.value for k in CustomerKind]), name="customer_kind"),
        ]


class Contact(Imported):
    """A person at the customer. Personal content: erasure replaces it by a tombstone (I14)."""

    creditor = unchecked_creditor()
    customer = parent(Customer, indexed=True, related_name="contacts")
    role = models.TextField(default=Role.REQUESTER.value)
    rank = models.IntegerField(default=0)
    given_name = models.TextField(default="")
    family_name = models.TextField(default="")
    patronymic = models.TextField(default="")
    gender = models.CharField(max_length=1, default="")
    locale = models.CharField(max_length=2, default="")
    timezone = models.TextField(default="")
    postal_address = models.TextField(default="")
    note = models.TextField(default="")  # what a person told us: for people, never put into texts by the program

    class Meta:
        db_table = "contact"
        constraints = [
            models.UniqueConstraint(fields=["creditor", "source", "external_id"], name="contact_once"),
            models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name="contact_role"),
        ]


class ContactPoint(Owned):
    """One way to reach a contact. `person_key` is a hash of the normalised address: the same person under any customer."""

    creditor = unchecked_creditor()
    contact = parent(Contact, related_name="points")
    channel = models.TextField()
    address = models.TextField()
    person_key = models.TextField()
    is_preferred = models.BooleanField(default=False)
    consent_on = models.DateField(null=True)
    consent_evidence = models.TextField(default="")

    class Meta:
        db_table = "contact_point"
        constraints = [models.UniqueConstraint(fields=["contact", "channel", "address"], name="contact_point_once")]
        indexes = [models.Index(fields=["creditor", "person_key"], name="contact_point_person")]


class OptOut(Fact):
    """A person does not want to be written to on a channel; holds until a later row of `wanted` takes it back."""

    person_key = models.TextField()
    channel = models.TextField()
    wanted = models.BooleanField(default=False)
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "opt_out"
        indexes = [models.Index(fields=["creditor", "person_key", "channel", "id"], name="opt_out_last")]


class StateRecord(Fact):
    """A state that stops everything (insolvent, deceased …); `ended` takes it back."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    state = models.TextField()
    ended = models.BooleanField(default=False)

    class Meta:
        db_table = "customer_state"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in CustomerState]), name="customer_state_kind"
            )
        ]


class Agreement(Fact):
    """Terms agreed with a customer, with how they were confirmed; a change is a new row."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    terms = models.JSONField()
    confirmed_on = models.DateField(null=True)
    evidence = models.TextField(default="")

    class Meta:
        db_table = "agreement"


class OurSide(Fact):
    """Something our side owes the client (an answer, a document), and the record that it was done."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    what = models.TextField()  # core.ledger.OurDebt
    done = models.BooleanField(default=False)
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "our_side"


class Touch(Fact):
    """A contact made by hand (call, meeting, own mail): counts for the governor like one of ours."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT)
    person_key = models.TextField(default="")
    channel = models.TextField()
    counts = models.BooleanField(default=True)
    outcome = models.TextField(default="", db_default="")  # of a call: core.playbook.CallOutcome
    score = models.SmallIntegerField(null=True)  # their answer to the question from 1 to 10
    note = models.TextField(default="")
    receivables = ArrayField(models.BigIntegerField(), default=list)
    external_id = models.TextField(default="")

    class Meta:
        db_table = "touch"
        indexes = [models.Index(fields=["creditor", "customer", "effective_on"], name="touch_customer")]
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "external_id"], name="touch_once", condition=~models.Q(external_id="")
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 10)), name="touch_score"
            ),
        ]


class Note(Fact):
    """What somebody of ours wants the others to know about a customer; no text is ever made of it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    text = models.TextField()

    class Meta:
        db_table = "note"


class Sign(Fact):
    """A sign of life: opened, replied, bounced. Rehearsal signs are ignored by a live plan."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    person_key = models.TextField(default="")
    channel = models.TextField(default="")
    kind = models.TextField()
    rehearsal = models.BooleanField(default=False)

    class Meta:
        db_table = "sign"
        indexes = [models.Index(fields=["creditor", "customer", "effective_on"], name="sign_customer")]
