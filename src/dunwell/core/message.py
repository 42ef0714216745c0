"""What a letter may say, and what a letter is.

`LetterFacts` is everything a text may draw on: the ledger's sums and dates as they stand, never recomputed here. A
*draft* is the rendered text with its hash; a *message* is a draft committed to be sent, with its headers. Placeholders
are a closed catalogue: what is not listed in `PLACEHOLDERS` cannot be written into a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dunwell.core.money import Money
from dunwell.core.rights import Right

LOCALES = ("ru", "bg", "en")
CHANNELS = ("email", "sms", "task")
LOOKS = ("warm", "plain", "formal")

# Every letter of the shipped policies. The value is the look where the step names none.
CONTENT_KEYS = {
    "request": "warm",
    "upcoming": "warm",
    "due_day": "warm",
    "reached": "warm",
    "reminder": "warm",
    "firm": "plain",
    "formal": "formal",
    "final": "formal",
    "wake_up": "warm",
    "instalment": "warm",
    "order_request": "warm",
    "order_reminder": "warm",
    "order_last": "warm",
    "order_closed": "warm",
    "thanks": "warm",
    "apology": "plain",
    "check_in": "warm",
    "lifted": "plain",
    "bank_details": "plain",
    "dispute_accepted": "plain",
    "dispute_rejected": "plain",
    "new_link": "plain",
    "own_words": "plain",
    "auto_notice": "plain",
    "terms_proposed": "plain",
    "plan_allowed": "plain",
    "plan_refused": "plain",
    "retainer_proposed": "plain",
    "call_script": "plain",
    "visit_brief": "plain",
}
TASK_KEYS = ("call_script", "visit_brief")
# These ask for nothing: no way to pay and no answer buttons are needed in them.
NEWS_KEYS = (
    *("order_closed", "thanks", "apology", "lifted", "bank_details", "new_link"),
    *("dispute_accepted", "dispute_rejected", "own_words", "auto_notice", "check_in"),
    *("terms_proposed", "plan_allowed", "plan_refused", "retainer_proposed"),
)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where money may go. Euro accounts have `iban`; Russian ones `account`, `bic`, `corr_account` (and INN, KPP of
    the holder). `address` is the holder's, for codes that name it (Switzerland).
    """

    currency: str
    holder: str
    bank_name: str = ""
    iban: str = ""
    bic: str = ""
    account: str = ""
    corr_account: str = ""
    inn: str = ""
    kpp: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class CreditorFacts:
    trade_name: str
    registered_name: str
    tax_id: str = ""
    address: str = ""
    accounts: tuple[BankAccount, ...] = ()
    logo: bytes = b""  # a small PNG, or empty


@dataclass(frozen=True, slots=True)
class WriterFacts:
    """The person who writes and answers. `gender` is f, m or "" (neutral forms); `photo` is a small JPEG or PNG, or
    empty; `stands_in_for` names the colleague who is away.
    """

    name: str
    email: str
    phone: str = ""
    gender: str = ""
    role: str = ""
    photo: bytes = b""
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """`kind` is business or person; `number` is our own number of the customer, used as a payment reference."""

    name: str
    kind: str = "business"
    country: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """The person who reads. Unknown parts are empty and never guessed; an accounts mailbox has no name at all."""

    email: str = ""
    phone: str = ""
    given_name: str = ""
    family_name: str = ""
    patronymic: str = ""
    gender: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One open receivable. `balance` is open, `original` was invoiced; `state` is open, part_paid or promise_broken;
    `charges` is the part of the balance that was charged for delay.
    """

    number: str
    issue_date: date
    due_date: date
    balance: Money
    original: Money
    what_for: str = ""
    days_overdue: int = 0
    level: int = 0
    state: str = "open"
    charges: Money | None = None


@dataclass(frozen=True, slots=True)
class StepFacts:
    """The step that gives the text: its content key, its level 0–9, its tone and the look of the e-mail."""

    content_key: str
    level: int = 0
    tone: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class ContactMade:
    """An earlier message, call or visit about what is listed. `channel` is email, sms, letter, call or visit."""

    on: date
    channel: str = "email"


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment that arrived; `in_time` is true where it came on or before its due date, `as_promised` by the day promised."""

    paid_on: date
    amount: Money
    in_time: bool = False
    as_promised: bool = False
    invoice_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstalmentFacts:
    """Which payment of an agreed schedule the letter is about; its sum and day stand in the items."""

    number: int
    parts: int


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """A request before work. The start is reserved until `valid_until`; afterwards `next_free_start` is the earliest.

    Until `price_until` the price holds; then it is `price_after`, for a reason in a person's words.
    """

    valid_until: date
    start_if_paid: date | None = None
    next_free_start: date | None = None
    documents: str = ""
    price_until: date | None = None
    price_after: Money | None = None
    price_reason: str = ""


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """An offer that runs: `kind` names a block of the pack, `pay` is what is enough with a discount, `where` the review's place."""

    kind: str
    amount: Money
    until: date
    invoice: str
    pay: Money | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the program will do on `starts_on` if nothing comes: `code` names a block of the pack (work_pauses, work_waits,
    person_calls). `basis` is the contract's clause, or the law's rule where `is_by_law`.
    """

    code: str
    starts_on: date
    basis: str = ""
    is_by_law: bool = False


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay, in the order the customer prefers. `code` is page (left out where there is none), transfer, card, cash or
    other; `text` says what is not known.
    """

    code: str
    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """A personal video that the reader's page plays: a picture of it with a play mark (JPEG)."""

    still: bytes


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """An automatic charge that the client agreed to: the sum, and the day on which it is made."""

    amount: Money
    on: date


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything one message may say, as of one day. Sums come from the ledger and are listed per currency.

    `totals` are the sums of `items`, `to_pay` is `totals` less `credit`, without what came to zero. `items` are asked
    for, `not_due` is only listed. `pay_by` is the one date asked for. `reason` and `benefit` are codes of the pack's
    reason and benefit lines that are true on `as_of`. `rights` exist for all that is asked for; `interest_basis` is the
    clause that gives the penalty. `answer` is a person's, `credited` what it takes off.
    """

    as_of: date
    locale: str
    channel: str
    creditor: CreditorFacts
    writer: WriterFacts
    customer: CustomerFacts
    reader: ReaderFacts
    step: StepFacts
    items: tuple[ItemFacts, ...] = ()
    not_due: tuple[ItemFacts, ...] = ()
    totals: tuple[Money, ...] = ()
    credit: tuple[Money, ...] = ()
    to_pay: tuple[Money, ...] = ()
    pay_by: date | None = None
    history: tuple[ContactMade, ...] = ()
    last_payment: PaymentFacts | None = None
    reason: str = ""
    benefit: str = ""
    promised_for: date | None = None
    promise_kept_in_part: bool = False
    order: OrderFacts | None = None
    instalment: InstalmentFacts | None = None
    consequence: Consequence | None = None
    offer: OfferFacts | None = None
    methods: tuple[PaymentMethod, ...] = (PaymentMethod("page"), PaymentMethod("transfer"))
    page_link: str = ""
    survey_link: str = ""
    reference: str = ""
    next_step: str = ""
    answer: str = ""
    credited: Money | None = None
    charge: ChargeFacts | None = None
    video: VideoFacts | None = None
    proposal: tuple[str, ...] = ()  # what is proposed or agreed to, a sentence each
    own_subject: str = ""  # a person's, of a letter written by hand
    own_words: str = ""
    reply_to: str = ""
    unsubscribe: str = ""
    copies: tuple[ReaderFacts, ...] = ()
    sends_documents: bool = False
    leaves_documents_out: bool = False  # some of them stay at home
    rights: frozenset[Right] = frozenset()
    interest_basis: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the message; with `content_id` it is shown inside the HTML rather than offered as a file."""

    file_name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rendered message. `content_hash` is the SHA-256 (hex) over subject, text, HTML, attachments, From, To and Cc.

    Addresses are written as in a header's value, decoded: `Мария Ковалёва <maria@studio.example>`. `blocks` names the
    blocks that the facts chose; `text_version` says which text of which pack, or which override, was used.
    """

    locale: str
    channel: str
    content_key: str
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    blocks: tuple[str, ...]
    text_version: str
    content_hash: str
    sms_parts: int = 0
    preheader: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A draft committed to be sent, with what only the outbox knows.

    `message_id`, `in_reply_to` and `references` are written with their angle brackets. `unsubscribe_url` answers one
    POST.
    """

    draft: Draft
    key: str
    message_id: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    unsubscribe_mailto: str = ""
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class PackSource:
    """A content pack as written: the texts by (locale, content key, channel) and the terms by locale, before any check.

    `files` names where each text lies, for findings. An override of the creditor replaces the text and its `versions`
    entry.
    """

    name: str
    version: str
    texts: Mapping[tuple[str, str, str], str]
    terms: Mapping[str, Mapping[str, object]]
    files: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    versions: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    emoji: bool = False
