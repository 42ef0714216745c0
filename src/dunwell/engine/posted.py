"""A letter that goes by post: the words of a task on a sheet whose address stands in the window of the envelope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dunwell.core.claims import Party, Signatory
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.core.paper import WINDOWS, Document, Letterhead, Paragraph, QrCode, Title
from dunwell.engine import payqr, terms
from dunwell.engine.texts import Terms, fill

BESIDE = {
    "ru": ("Дата", "Телефон", "Эл. почта"),
    "bg": ("Дата", "Телефон", "Имейл"),
    "en": ("Date", "Telephone", "E-mail"),
}

SCAN = {
    "ru": "Отсканируйте код в приложении банка: реквизиты, сумма {sum} и назначение заполнятся сами.",
    "bg": "Сканирайте кода в приложението на банката: сметката, сумата {sum} и основанието се попълват сами.",
    "en": "Scan the code in your banking app: account, amount {sum} and reference fill in by themselves.",
}


def code(account: BankAccount, amount: Money, purpose: str, *, text: str, locale: str) -> QrCode | None:
    """The payment code of a sum that the letter names; none where it names another one, or the account has no code."""
    shown = terms.money(amount, locale, "letter")
    data = payqr.payload(account, amount, purpose) if shown in text else None
    return QrCode(payqr.svg(data), (SCAN[locale].format(sum=shown),)) if data is not None else None


def says_attached(text: str, known: Terms) -> bool:
    """Whether a printed letter says that invoices come with it: what it says goes into the envelope."""
    said = (fill(line, str) for _, line in known.blocks.get("documents_line", ()))
    return any(sentence in text for sentence in said)


def letter(
    text: str,
    *,
    sender: Party,
    writer: Signatory,
    address: Sequence[str],
    on: date,
    locale: str,
    codes: Sequence[QrCode] = (),
) -> Document:
    """The text's first paragraph is its subject; the others follow as they are, and a code to pay with for each sum."""
    subject, *paragraphs = [one for one in text.split("\n\n") if one.strip()]
    values = (terms.long_date(on, locale), writer.phone, writer.email)
    return Document(
        title=subject,
        author=sender.name,
        day=on,
        locale=locale,
        footer=", ".join(filter(None, (sender.name, sender.tax_id))),
        letter=Letterhead(
            window=WINDOWS[locale],
            sender_name=sender.name,
            sender_lines=tuple(filter(None, (sender.address,))),
            return_line=", ".join(filter(None, (sender.name, sender.address))),
            address=tuple(address),
            beside=tuple((what, value) for what, value in zip(BESIDE[locale], values, strict=True) if value),
        ),
        blocks=(Title(subject), *map(Paragraph, paragraphs), *codes),
    )
