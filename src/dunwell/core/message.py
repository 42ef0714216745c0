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
    "lifted": "plain",
    "bank_details": "plain",
    "dispute_accepted": "plain",
    "dispute_rejected": "plain",
    "new_link": "plain",
    "own_words": "plain",
    "auto_notice": "plain",
    "call_script": "plain",
    "visit_brief": "plain",
}
TASK_KEYS = ("call_script", "visit_brief")
# These ask for nothing: no way to pay and no answer buttons are needed in them.
NEWS_KEYS = (
    *("order_closed", "thanks", "apology", "lifted", "bank_details", "new_link"),
    *("dispute_accepted", "dispute_rejected", "own_words", "auto_notice"),
)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where money may go. Euro accounts have `iban`; Russian ones `account`, `bic`, `corr_account` (and INN, KPP of
    the holder).
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
    reference: str = ""
    next_step: str = ""
    answer: str = ""
    credited: Money | None = None
    charge: ChargeFacts | None = None
    own_subject: str = ""  # a person's, of a letter written by hand
    own_words: str = ""
    reply_to: str = ""
    unsubscribe: str = ""
    copies: tuple[ReaderFacts, ...] = ()
    sends_documents: bool = False
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


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One word in braces that a writer may use. `needs` names the facts it reads; `stands_alone` ones fill a whole
    paragraph.
    """

    name: str
    description: str
    needs: str
    sample: str
    stands_alone: bool = False


def _catalogue(*rows: tuple[str, str, str, str], alone: tuple[str, ...]) -> Mapping[str, Placeholder]:
    return {row[0]: Placeholder(*row, stands_alone=row[0] in alone) for row in rows}


# The closed catalogue: name, description, needs, sample. Samples are Russian where the language matters: it has the
# most forms.
# fmt: off
PLACEHOLDERS = _catalogue(
    ("greeting", "the salutation from what is known of the reader; formal in formal letters", "reader",
     "Анна, добрый день!"),
    ("name", "the reader's first name with a comma, for short texts; empty when unknown", "reader", "Анна, "),
    ("reader_line", "the reader with role and phone, for tasks", "reader", "Анна Иванова, главный бухгалтер, +7 …"),
    ("customer", "the customer's name, never declined", "customer", "ООО «Ромашка»"),
    ("creditor", "our trade name, never declined", "creditor", "студия «Пример»"),
    ("writer", "the writer's first name", "writer", "Мария"),
    ("writer_name", "the writer's full name", "writer", "Мария Ковалёва"),
    ("contact", "for short texts: the page link, else the writer's phone, else e-mail", "page_link or writer",
     "+7 900 000-00-00"),
    ("copies", "who gets a copy, with the role", "copies", "Игорь Левин, генеральный директор"),
    ("invoice", "the number of the first invoice", "items", "№ 1042"),
    ("invoices", "how many invoices, as after a number", "items", "3 счёта"),
    ("invoices_of", "the same in the genitive", "items", "3 счетов"),
    ("invoices_on", "the same in the dative (по …)", "items", "3 счетам"),
    ("what_for", "what the first invoice is for, with its own space; empty when unknown", "items.what_for",
     " («Фирменный стиль»)"),
    ("what_inside", "the same inside brackets, with its own comma", "items.what_for", "«Фирменный стиль», "),
    ("balance", "the sum asked for, per currency, less credit on account", "to_pay", "48 000 ₽"),
    ("original", "the invoiced sum of a partly paid invoice", "items.original", "60 000 ₽"),
    ("credit", "credit on account that was taken off", "credit", "5 000 ₽"),
    ("issue_date", "the day of issue with the year", "items.issue_date", "31 марта 2026 г."),
    ("due_date", "the earliest due date", "items.due_date", "14 апреля"),
    ("due_day", "the same with its weekday", "items.due_date", "вторник, 14 апреля"),
    ("due_when", "the same, or today", "items.due_date", "сегодня, 14 апреля"),
    ("due_short", "the due date in a short text", "items.due_date", "14.04"),
    ("due_when_short", "the same with its weekday", "items.due_date", "вторник 14.04"),
    ("days_overdue", "days overdue of the oldest invoice", "items.days_overdue", "14 дней"),
    ("pay_by", "the date asked for, as after «до»", "pay_by", "четверга, 30 апреля"),
    ("pay_by_short", "the same in a short text", "pay_by", "30.04"),
    ("history", "the days of earlier letters", "history", "17 и 21 апреля"),
    ("calls", "the days of earlier calls and visits", "history", "28 апреля"),
    ("paid", "the sum of the last payment", "last_payment", "48 000 ₽"),
    ("paid_on", "the day of the last payment", "last_payment", "13 апреля"),
    ("paid_month", "the month of the last payment, with its preposition", "last_payment", "в марте"),
    ("paid_invoices", "the invoices that the last payment covered", "last_payment.invoice_numbers", "1042, 1043"),
    ("promised_for", "the day a broken promise named", "promised_for", "20 апреля"),
    ("instalment", "which payment of an agreed schedule", "instalment", "2 из 3"),
    ("valid_until", "the end of an order's offer, as after «до»", "order", "пятницы, 17 апреля"),
    ("valid_until_short", "the same without the weekday", "order", "17 апреля"),
    ("valid_until_brief", "the same in a short text", "order", "17.04"),
    ("start_on", "the day work starts, with its preposition", "order.start_if_paid", "в понедельник, 20 апреля"),
    ("next_start", "the earliest start after the offer ends", "order.next_free_start", "27 апреля"),
    ("starts_from", "the day a consequence begins, with its preposition", "consequence", "с понедельника, 25 мая"),
    ("consequence_on", "the same as a single day", "consequence", "в понедельник, 25 мая"),
    ("interest_basis", "the clause that gives a penalty for delay", "interest_basis", " (п. 5.2 договора)"),
    ("charges", "what was charged for delay, per currency", "items.charges", "1 250,86 ₽"),
    ("basis", "the clause that allows the consequence", "consequence.basis", " (п. 5.3 договора)"),
    ("next_step", "what happens next in our work, in the creditor's words; empty when there is none", "next_step",
     "Первые макеты пришлю в понедельник."),
    ("price_until", "until when an order keeps its price, as after «до»", "order.price_until", "пятницы, 17 апреля"),
    ("price_after", "the price afterwards", "order.price_after", "110 400 ₽"),
    ("price_reason", "why it rises, in a person's words", "order.price_reason",
     "с 20 апреля поставщик поднимает цены на ткань на 15%, его письмо от 30 марта приложено"),
    ("price_line", "block: that a price rises after a day, only while that deadline runs", "order.price_until",
     "Цена действует до пятницы, 17 апреля; затем 110 400 ₽."),
    ("offer_amount", "what an offer gives", "offer", "1 440 ₽"),
    ("offer_pay", "what is enough with a discount", "offer.pay", "46 560 ₽"),
    ("offer_until", "the last day of an offer, as after «до»", "offer", "пятницы, 17 апреля"),
    ("offer_invoice", "the invoice that an offer is for", "offer", "№ 1042"),
    ("offer_where", "where a review is left", "offer.where", "наш сайт"),
    ("offer_line", "block: an offer, only while it runs", "offer",
     "При оплате до пятницы, 17 апреля, скидка 1 440 ₽: достаточно 46 560 ₽."),
    ("answer", "what we answer to an objection, in a person's words", "answer",
     "Мы сверили накладные: одной коробки действительно не было."),
    ("credited", "the sum of the credit note that we owe", "credited", "300,00 €"),
    ("charge_sum", "the sum of an automatic charge", "charge", "48 000 ₽"),
    ("charge_on", "the day of an automatic charge", "charge", "вторник, 14 апреля"),
    ("own_subject", "the subject of a letter that a person writes", "own_subject", "Ваш вопрос о счёте 1042"),
    ("thanks_line", "block: thanks for an earlier payment, only where there was one", "last_payment",
     "Спасибо за оплату в марте."),
    ("reason_line", "block: why we ask now, only where it is true on the day", "reason", "Мы закрываем месяц."),
    ("benefit_line", "block: what the reader gains", "benefit",
     "Как только оплата придёт, напоминания прекратятся сами."),
    ("promise_line", "block: the opening after a broken promise", "promised_for",
     "Вы называли 20 апреля, и мы рассчитывали на этот день."),
    ("history_line", "block: earlier letters and calls in one line", "history", "Я писала вам 17 и 21 апреля."),
    ("help_line", "block: help offered: another date, parts", "none", "Если нужна другая дата, просто ответьте мне."),
    ("kind_line", "block: a kind wish that fits the weekday", "as_of", "Хорошей недели!"),
    ("credit_line", "block: credit on account and what remains", "credit",
     "Мы учли ваш аванс 5 000 ₽, поэтому остаётся 43 000 ₽."),
    ("part_paid_line", "block: a part was already paid", "items.original", "Часть мы уже получили, спасибо."),
    ("documents_line", "block: the invoice is attached", "sends_documents", "Счёт — во вложении."),
    ("forecast_line", "block: when the work starts if the order is paid in time", "order.start_if_paid",
     "Если оплата придёт к этому дню, начинаем в понедельник, 20 апреля."),
    ("next_start_line", "block: the earliest start now", "order.next_free_start",
     "Сейчас ближайшее свободное начало — 27 апреля."),
    ("last_payment_line", "block: the last payment, for tasks", "last_payment",
     "Последняя оплата: 48 000 ₽, 13 апреля."),
    ("consequence_line", "block: what happens next, only where it is a stored consequence", "consequence",
     "С понедельника, 25 мая, мы приостановим работы."),
    ("interest_line", "block: that the contract gives a penalty for delay, only where it does", "rights",
     "Договором предусмотрена неустойка за просрочку."),
    ("charges_line", "block: what of the sum was charged for delay", "items.charges",
     "В сумму входит неустойка 1 250,86 ₽."),
    ("copies_line", "block: who gets a copy", "copies", "Копия: Игорь Левин, генеральный директор"),
    ("what_open", "block: what is open, in one line, for tasks", "items", "счёт № 1042, 48 000 ₽"),
    ("invoice_list", "the list of all that is asked for, with sums per currency; empty for one invoice", "items",
     "(table)"),
    ("not_due_list", "what is not due yet, apart and outside the sum; empty when there is none", "not_due", "(table)"),
    ("payment", "ways to pay, the preferred first, with bank details and QR code", "methods, creditor.accounts",
     "(card)"),
    ("page", "the link to the reader's page, on a line of its own", "page_link", "https://pay.studio.example/p/…"),
    ("new_accounts", "the creditor's bank details without a sum", "creditor.accounts", "(card)"),
    ("answers", "one-tap answers by e-mail: paid, will pay on …, a question", "reply_to or writer.email", "(buttons)"),
    ("own_words", "what a person writes by hand, between salutation and signature", "own_words", "Спасибо за письмо…"),
    ("signature", "the writer with phone and e-mail", "writer", "Мария Ковалёва, студия «Пример», +7 …"),
    alone=("invoice_list", "not_due_list", "payment", "page", "new_accounts", "answers", "own_words", "signature"),
)
# fmt: on
