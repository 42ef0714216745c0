"""The creditor: who is owed, who signs, where money is to be paid, and which switches stand how."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models.base import Fact, Owned


class Creditor(models.Model):
    """A company that is owed. Configuration, not history: what was decided when stands in `Switch`."""

    slug = models.SlugField(unique=True)
    name = models.TextField()
    registered_name = models.TextField()
    registration_number = models.TextField(default="")
    tax_id = models.TextField(default="")
    address = models.TextField(default="")
    country = models.CharField(max_length=2)
    locale = models.CharField(max_length=2)
    timezone = models.TextField()
    currency = models.CharField(max_length=3)
    is_demo = models.BooleanField(default=False)
    public_url = models.TextField(default="")
    reply_address = models.TextField(default="")
    money_max_age_days = models.IntegerField(default=1)
    unmatched_tolerance_minor = models.BigIntegerField(default=100)
    inbox = models.JSONField(default=dict)  # where replies are read; its password is sealed
    logins = models.JSONField(
        default=dict, db_default={}
    )  # sign-ins at mail services by name; their secrets are sealed
    sent_folder = models.JSONField(
        default=dict, db_default={}
    )  # where what was sent is copied to, and after which attempt
    channels = models.JSONField(default=dict)  # channel → its configuration; secrets are encrypted values
    providers = models.JSONField(default=dict)  # payment provider → its configuration, likewise
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "creditor"

    def __str__(self) -> str:
        return self.slug


class Switch(Fact):
    """Rehearsal or live, stopped or running, brake released: the last row of a kind is how it stands."""

    MODE = "mode"
    STOP = "stop"
    BRAKE = "brake"
    PUBLIC_URL = "public_url"
    CREDIT_NOTES = "credit_notes"  # the pattern by which Dunwell numbers them; empty: accounting issues them
    INVOICES = "invoices"  # the same of invoices, and of requests before work
    REQUESTS = "requests"

    kind = models.TextField()
    value = models.TextField()

    class Meta:
        db_table = "switch"
        indexes = [models.Index(fields=["creditor", "kind", "id"], name="switch_last")]


class Staff(Owned):
    """A person of the creditor: the named contact in letters."""

    name = models.TextField()
    gender = models.CharField(max_length=1, default="")
    title = models.TextField(default="")
    email = models.TextField(default="")
    phone = models.TextField(default="")
    photo = models.BinaryField(null=True)  # a small JPEG or PNG
    names_by_locale = models.JSONField(default=dict)  # locale → name and title as written in that language

    class Meta:
        db_table = "staff"
        constraints = [models.UniqueConstraint(fields=["creditor", "name"], name="staff_once")]


class Leave(Fact):
    """A person who signs is away from one day to another; meanwhile the substitute signs, and letters name both."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="leaves")
    substitute = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="stands_in")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        db_table = "leave"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")) & ~models.Q(staff=models.F("substitute")),
                name="leave_of_one_stood_in_by_another",
            )
        ]


class LeaveEnded(Fact):
    """The counter-record: the person is back, or never went; from this day on they sign themselves."""

    leave = models.OneToOneField(Leave, on_delete=models.PROTECT, related_name="ended")

    class Meta:
        db_table = "leave_ended"


class BankAccount(Owned):
    """Where money is to be paid. A changed account is announced and needs two people before letters use it."""

    currency = models.CharField(max_length=3)
    holder = models.TextField()
    bank = models.TextField(default="")
    iban = models.TextField(default="")
    bic = models.TextField(default="")
    account = models.TextField(default="")  # Russia: 20 digits
    correspondent = models.TextField(default="")
    tax_id = models.TextField(default="")
    kpp = models.TextField(default="")
    since = models.DateField()
    proposed_by = models.TextField(default="")
    confirmed_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)  # null: nothing was in force before it

    class Meta:
        db_table = "bank_account"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by="") | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="bank_account_two_people",
            )
        ]


class PolicyChoice(Fact):
    """Which policy applies where; invoice before customer before segment before creditor, the last choice of a scope wins."""

    scope = models.TextField()  # creditor | segment | customer | invoice
    target = models.TextField(default="")  # segment name or id, empty for the creditor
    document = models.TextField()
    customer_kind = models.TextField(default="")  # empty: both
    policy = models.TextField()  # empty: the choice was taken back, what is further away decides again

    class Meta:
        db_table = "policy_choice"
        indexes = [models.Index(fields=["creditor", "scope", "target", "id"], name="policy_choice_last")]


class ContentText(Fact):
    """A creditor's own wording of a text; each save is a version."""

    key = models.TextField()
    channel = models.TextField()
    locale = models.CharField(max_length=2)
    version = models.IntegerField()
    text = models.TextField()

    class Meta:
        db_table = "content_text"
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "key", "channel", "locale", "version"], name="content_text_version"
            )
        ]
