"""The closed catalogue of words in braces that a writer of texts may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
    ("documents_line", "block: the invoice is attached", "sends_documents", "Счёт приложен к письму."),
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
    ("survey", "one question, from 1 to 10, and its link; empty where the letter does not ask it", "survey_link",
     "(question and link)"),
    ("video", "the picture of a personal video that the reader's page plays, where one was recorded for them", "video, page_link",
     "(picture and link)"),
    ("new_accounts", "the creditor's bank details without a sum", "creditor.accounts", "(card)"),
    ("answers", "one-tap answers by e-mail: paid, will pay on …, a question", "reply_to or writer.email", "(buttons)"),
    ("own_words", "what a person writes by hand, between salutation and signature", "own_words", "Спасибо за письмо…"),
    ("proposal", "what is proposed or agreed to, a sentence a line", "proposal", "– Счета оплачиваются в течение 14 дней."),
    ("signature", "the writer with phone and e-mail", "writer", "Мария Ковалёва, студия «Пример», +7 …"),
    alone=(
        *("invoice_list", "not_due_list", "payment", "page", "survey", "video", "new_accounts", "answers", "own_words"),
        *("proposal", "signature"),
    ),
)
# fmt: on
