"""Letters' facts for tests: one studio with a desk in each language, and the same stories told in each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from dunwell.core.message import (
    NEWS_KEYS,
    BankAccount,
    ChargeFacts,
    Consequence,
    ContactMade,
    CreditorFacts,
    CustomerFacts,
    InstalmentFacts,
    ItemFacts,
    LetterFacts,
    OrderFacts,
    PaymentFacts,
    ReaderFacts,
    StepFacts,
    WriterFacts,
)
from dunwell.core.money import Money, total_by_currency
from dunwell.core.rights import Right

RU_ACCOUNT = BankAccount(
    currency="RUB",
    holder="ООО «Студия „Пример“»",
    bank_name="АО «Банк Пример», г. Москва",
    bic="044525974",
    account="40702810500000012345",
    corr_account="30101810145250000974",
    inn="7707083893",
    kpp="770701001",
)
BG_ACCOUNT = BankAccount("EUR", "Студио Пример ООД", "Примерна банка", iban="BG80BNBG96611020345678", bic="BNBGBGSF")
EN_ACCOUNT = BankAccount("EUR", "Example Studio Ltd", "Example Bank", iban="DE89370400440532013000", bic="COBADEFFXXX")
GBP_ACCOUNT = BankAccount("GBP", "Example Studio Ltd", "Example Bank", iban="GB82WEST12345698765432", bic="WESTGB22")

CREDITOR = {
    "ru": CreditorFacts(
        "студия «Пример»",
        "ООО «Студия „Пример“»",
        "7707083893",
        "г. Москва, ул. Образцовая, 1",
        (RU_ACCOUNT, EN_ACCOUNT),
    ),
    "bg": CreditorFacts(
        "студио „Пример“", "„Студио Пример“ ООД", "BG175074752", "София, ул. „Образцова“ 1", (BG_ACCOUNT, GBP_ACCOUNT)
    ),
    "en": CreditorFacts(
        "Example Studio", "Example Studio Ltd", "GB980780684", "1 Sample Street, London", (EN_ACCOUNT, GBP_ACCOUNT)
    ),
}
WRITER = {
    "ru": WriterFacts("Мария Ковалёва", "maria@studio.example", "+7 495 000-00-00", "f", "менеджер проектов"),
    "bg": WriterFacts("Мария Колева", "maria@studio.example", "+359 2 000 0000", "f", "ръководител проекти"),
    "en": WriterFacts("Maria Cole", "maria@studio.example", "+44 20 7946 0000", "f", "Project Manager"),
}
READER = {
    "ru": ReaderFacts(
        "anna@client.example", "+7 900 000-00-00", "Анна", "Иванова", "Сергеевна", "f", "главный бухгалтер"
    ),
    "bg": ReaderFacts("anna@client.example", "+359 88 000 0000", "Анна", "Иванова", "", "f", "главен счетоводител"),
    "en": ReaderFacts("anna@client.example", "+44 7700 900000", "Anna", "Evans", "", "f", "Accounts Manager"),
}
DIRECTOR = {
    "ru": ReaderFacts("levin@client.example", "", "Игорь", "Левин", "Павлович", "m", "генеральный директор"),
    "bg": ReaderFacts("iliev@client.example", "", "Игор", "Илиев", "", "m", "управител"),
    "en": ReaderFacts("lewis@client.example", "", "Ian", "Lewis", "", "m", "Managing Director"),
}
CUSTOMER = {
    "ru": CustomerFacts("ООО «Ромашка»", "business", "RU", "C-318"),
    "bg": CustomerFacts("„Маргаритка“ ООД", "business", "BG", "C-318"),
    "en": CustomerFacts("Daisy Ltd", "business", "GB", "C-318"),
}
WHAT = {
    "ru": ("Фирменный стиль", "Вёрстка каталога", "Фотосъёмка"),
    "bg": ("визуална идентичност", "предпечат на каталог", "фотосесия"),
    "en": ("brand identity", "catalogue layout", "product photography"),
}
AMOUNT = {"ru": Money(4_800_000, "RUB"), "bg": Money(124_000, "EUR"), "en": Money(124_000, "EUR")}
SECOND = {"ru": Money(120_000, "EUR"), "bg": Money(62_050, "GBP"), "en": Money(62_050, "GBP")}
NEXT_STEP = {
    "ru": "Второй этап идёт по плану: первые макеты пришлю в понедельник, 18 мая.",
    "bg": "Вторият етап върви по план: първите макети ще получите в понеделник, 18 май.",
    "en": "Stage two is on schedule: you will have the first drafts on Monday, 18 May.",
}
OWN_SUBJECT = {"ru": "Ваш вопрос о вёрстке", "bg": "Въпросът Ви за предпечата", "en": "Your question about the layout"}
OWN_WORDS = {
    "ru": "Спасибо за вопрос.\n\nВторой файл поправим завтра:\nполя станут шире.",
    "bg": "Благодаря за въпроса.\n\nВторият файл ще е готов утре:\nполетата стават по-широки.",
    "en": "Thank you for asking.\n\nThe second file will be ready tomorrow:\nits margins become wider.",
}
BASIS = {"ru": "п. 5.3 договора № 7", "bg": "т. 5.3 от договор № 7", "en": "clause 5.3 of contract 7"}
DUE = date(2026, 4, 14)
ISSUED = date(2026, 3, 31)
# The day each letter is written on, and the day it asks for.
DAYS = {
    "request": (ISSUED, None),
    "upcoming": (date(2026, 4, 6), None),
    "due_day": (DUE, None),
    "reached": (date(2026, 4, 17), None),
    "reminder": (date(2026, 4, 21), date(2026, 4, 24)),
    "firm": (date(2026, 4, 28), date(2026, 4, 30)),
    "formal": (date(2026, 5, 14), date(2026, 5, 22)),
    "final": (date(2026, 5, 27), date(2026, 6, 5)),
    "wake_up": (date(2026, 5, 27), date(2026, 6, 5)),
    "instalment": (date(2026, 4, 9), None),
    "order_request": (date(2026, 4, 8), None),
    "order_reminder": (date(2026, 4, 14), None),
    "order_last": (date(2026, 4, 16), None),
    "order_closed": (date(2026, 4, 21), None),
    "thanks": (date(2026, 5, 15), None),
    "apology": (date(2026, 4, 15), None),
    "check_in": (date(2026, 6, 17), None),
    "lifted": (date(2026, 5, 28), None),
    "bank_details": (date(2026, 5, 15), None),
    "new_link": (date(2026, 5, 15), None),
    "dispute_accepted": (date(2026, 4, 24), None),
    "dispute_rejected": (date(2026, 4, 24), None),
    "own_words": (date(2026, 5, 15), None),
    "auto_notice": (date(2026, 4, 10), None),
    "terms_proposed": (date(2026, 4, 10), None),
    "plan_allowed": (date(2026, 4, 24), None),
    "plan_refused": (date(2026, 4, 24), None),
    "retainer_proposed": (date(2026, 4, 24), None),
    "call_script": (date(2026, 5, 15), None),
    "visit_brief": (date(2026, 5, 15), None),
}
WITHOUT_ITEMS = (
    *("thanks", "lifted", "bank_details", "new_link", "own_words"),
    *("terms_proposed", "plan_allowed", "plan_refused", "retainer_proposed"),
)
WITH_PAGE = ("new_link", "auto_notice", "terms_proposed")
PROPOSAL = {
    "ru": ("Счета оплачиваются в течение 14 дней после выставления.", "30% оплачивается до начала работы."),
    "bg": ("Фактурите се плащат до 14 дни след издаването.", "30% се плащат преди началото на работата."),
    "en": ("Invoices are paid within 14 days of issue.", "30% is paid before the work begins."),
}
ANSWER = {
    "ru": "Мы сверили файлы с брифом от 2 марта.",
    "bg": "Сравнихме файловете със заданието от 2 март.",
    "en": "We compared the files with the brief of 2 March.",
}
WRITTEN = (date(2026, 4, 17), date(2026, 4, 21), date(2026, 4, 28), date(2026, 5, 14))
ASKING = ("reached", "reminder", "firm", "formal", "final", "wake_up", "call_script", "visit_brief")


def facts(key: str, locale: str, channel: str = "email") -> LetterFacts:
    """The story of one invoice of a company, on the day of this letter."""
    as_of, pay_by = DAYS[key]
    order = key.startswith("order_") or key == "lifted"
    item = ItemFacts("318" if key.startswith("order_") else "1042", ISSUED, DUE, AMOUNT[locale], AMOUNT[locale], WHAT[locale][0],
                     max(0, (as_of - DUE).days) if not key.startswith("order_") else 0)  # fmt: skip
    letter = LetterFacts(
        as_of=as_of,
        locale=locale,
        channel=channel,
        creditor=CREDITOR[locale],
        writer=WRITER[locale],
        customer=CUSTOMER[locale],
        reader=READER[locale],
        step=StepFacts(key),
        items=() if key in WITHOUT_ITEMS else (item,),
        page_link="https://pay.studio.example/p/h5t572yxywouf2ebah327cic" if key in WITH_PAGE else "",
        charge=ChargeFacts(AMOUNT[locale], DUE) if key == "auto_notice" else None,
        pay_by=pay_by,
        history=tuple(ContactMade(on) for on in WRITTEN if on < as_of) if key in ASKING and key != "wake_up" else (),
        order=_order(key) if order else None,
        instalment=InstalmentFacts(2, 3) if key == "instalment" else None,
        last_payment=_payment(key, locale),
        reason="month_end" if key == "firm" else "",
        benefit="no_more_letters" if key == "reminder" else "",
        consequence=_consequence(key, locale),
        rights=frozenset({Right.STOP_WORK}) if key == "formal" else frozenset(),
        next_step=NEXT_STEP[locale] if key in ("thanks", "check_in") else "",
        survey_link=f"https://pay.studio.example/p/{'a2' * 12}/{locale}/survey"
        if key == "thanks" and channel == "email"
        else "",
        answer=ANSWER[locale] if key.startswith("dispute_") or key == "plan_refused" else "",
        proposal=PROPOSAL[locale] if key in ("terms_proposed", "plan_allowed", "retainer_proposed") else (),
        credited=Money(30_000, AMOUNT[locale].currency) if key == "dispute_accepted" else None,
        own_subject=OWN_SUBJECT[locale] if key == "own_words" else "",
        own_words=OWN_WORDS[locale] if key == "own_words" else "",
        copies=(DIRECTOR[locale],) if key == "formal" else (),
        sends_documents=key in ("request", "order_request"),
        reply_to="maria@studio.example",
    )
    return summed(letter)


def many(letter: LetterFacts) -> LetterFacts:
    """The same with three invoices in two currencies, one partly paid, and one not yet due."""
    locale, first = letter.locale, letter.items[0]
    later = first.due_date + timedelta(days=7)
    what = WHAT[locale]
    late = max(0, (letter.as_of - later).days) if first.days_overdue else 0
    half = Money(AMOUNT[locale].minor // 2, AMOUNT[locale].currency)
    second = replace(first, number="1043", what_for=what[1], due_date=later, balance=half, days_overdue=late)
    third = replace(
        first,
        number="1044",
        what_for=what[2],
        due_date=later,
        balance=SECOND[locale],
        original=SECOND[locale],
        days_overdue=late,
    )
    coming = replace(first, number="1051", what_for=what[2], due_date=letter.as_of + timedelta(days=30), days_overdue=0)
    return summed(
        replace(letter, items=(first, second, third), not_due=() if letter.step.content_key in NEWS_KEYS else (coming,))
    )


def person(letter: LetterFacts) -> LetterFacts:
    """The same for a natural person: no copies, and a name we know less of."""
    name = f"{letter.reader.given_name} {letter.reader.family_name}"
    return replace(letter, customer=replace(letter.customer, name=name, kind="person"), copies=(),
                   consequence=None, reader=replace(letter.reader, role=""))  # fmt: skip


def summed(letter: LetterFacts) -> LetterFacts:
    """Sums per currency as the ledger would give them."""
    totals = tuple(total_by_currency(item.balance for item in letter.items).values())
    credit = {amount.currency: amount for amount in letter.credit}
    to_pay = tuple(amount - credit[amount.currency] if amount.currency in credit else amount for amount in totals)
    return replace(letter, totals=totals, to_pay=to_pay)


def _payment(key: str, locale: str) -> PaymentFacts | None:
    if key == "upcoming":
        return PaymentFacts(date(2026, 3, 12), AMOUNT[locale], in_time=True)
    if key == "thanks":
        return PaymentFacts(date(2026, 5, 14), AMOUNT[locale], invoice_numbers=("1042",))
    if key == "apology":
        return PaymentFacts(DUE, AMOUNT[locale], in_time=True)
    return None


def _order(key: str) -> OrderFacts:
    start = date(2026, 5, 29) if key == "lifted" else date(2026, 4, 20)
    return OrderFacts(date(2026, 4, 17), start, date(2026, 4, 27))


def _consequence(key: str, locale: str) -> Consequence | None:
    if key == "formal":
        # 25 May is a day off in Bulgaria and the United Kingdom.
        return Consequence("work_pauses", date(2026, 5, 25 if locale == "ru" else 26), BASIS[locale])
    return None
