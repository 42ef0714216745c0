"""What was understood in a reply or a call: claims, each with the words it rests on.

A reading never decides: it says what the customer's text says, how sure the reader is, and where. What follows from it is
a proposal that a person settles. Abstaining is a normal answer: a claim that cannot be made is simply absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from dunwell.core.calendar import Calendar

Value = TypeVar("Value")

INTENTS = (
    "promise_to_pay",
    "already_paid",
    "dispute",
    "request_document",
    "request_extension",
    "request_instalments",
    "request_payment_details",
    "change_contact",
    "out_of_office",
    "internal_process_delay",
    "waiting_for_funds",
    "hardship",
    "refusal",
    "stop_contact",
    "question",
    "acknowledgement",
    "hostile_or_legal",
    "unrelated",
)
DISPUTE_REASONS = (
    "not_received_goods",
    "quality",
    "wrong_amount",
    "wrong_details",
    "duplicate",
    "not_ordered",
    "missing_document",
    "terms",
    "other",
)
OBJECTIONS = (
    "no_money",
    "approval_pending",
    "dispute",
    "lost_invoice",
    "end_client_not_paid",
    "wrong_person",
    "too_busy",
    "price_or_terms",
    "technical",
    "none",
)
OUTCOMES = ("promise", "dispute", "callback", "refusal", "no_contact", "information")
SENTIMENTS = ("positive", "neutral", "negative")
CHECKLIST = (
    "greeted_and_introduced",
    "right_party_confirmed",
    "named_invoice_and_amount",
    "named_due_date",
    "listened_to_reason",
    "objection_handled",
    "offered_option",
    "asked_for_specific_date",
    "got_commitment",
    "confirmed_next_step",
    "polite_tone",
    "no_pressure_or_threat",
)


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice as the reader needs it: what the customer may be speaking of."""

    number: str
    amount: Decimal
    currency: str
    due_date: date | None = None


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What is known beside the text. `received_on` is the creditor's local day; `lang` empty means: find out.

    `calendar` says when "after the holidays" is at the customer; without it the common holidays of the language do.
    """

    received_on: date
    lang: str = ""
    channel: str = "email"
    invoices: tuple[OpenInvoice, ...] = ()
    calendar: Calendar | None = None

    @property
    def total(self) -> Decimal:
        return sum((invoice.amount for invoice in self.invoices), Decimal(0))


@dataclass(frozen=True, slots=True)
class Claim(Generic[Value]):
    """One thing the text says. `quotation` is copied from the text; `confidence` lies between 0 and 1."""

    value: Value
    quotation: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """All claims of one reply. `primary` is the intent that decides what to do next; without intents a person reads."""

    intents: tuple[Claim[str], ...]
    primary: str | None
    sentiment: str
    needs_human: bool
    pause_reminders: bool
    promised_date: Claim[date] | None = None
    promised_amount: Claim[Decimal] | None = None
    paid_on: Claim[date] | None = None
    dispute_reason: Claim[str] | None = None
    instalments: Claim[int] | None = None
    redirect_contact: Claim[str] | None = None
    return_date: Claim[date] | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report: `permanent` tells a refused address from a late one."""

    addresses: tuple[str, ...]
    permanent: bool


@dataclass(frozen=True, slots=True)
class MailText:
    """A received mail as the reader needs it. `warnings` say why a person should look at the raw mail."""

    visible_text: str
    is_auto_reply: bool = False
    bounce: Bounce | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail, under the name that its writer gave it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class CallContext:
    held_on: date
    lang: str = ""
    invoice: OpenInvoice | None = None


@dataclass(frozen=True, slots=True)
class CallReview:
    """What a call came to, and how it was led.

    `checklist` holds every name of CHECKLIST; a value of None means that the point does not apply. The quotation is the turn
    that settles the point, empty where nothing in the call does.
    """

    checklist: dict[str, Claim[bool | None]]
    objection: Claim[str]
    outcome: Claim[str]
    promised_date: Claim[date] | None = None
    promised_amount: Claim[Decimal] | None = None


class Reader(Protocol):
    """Reads one text; never raises for what a stranger wrote."""

    def read(self, text: str, context: ReplyContext) -> Reading: ...

    def review(self, turns: Sequence[Turn], context: CallContext) -> CallReview: ...
