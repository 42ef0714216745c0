"""A letter that goes by post: the words of a task on a sheet whose address stands in the window of the envelope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dunwell.core.claims import Party, Signatory
from dunwell.core.paper import WINDOWS, Document, Letterhead, Paragraph, Title
from dunwell.engine import terms

BESIDE = {
    "ru": ("Дата", "Телефон", "Эл. почта"),
    "bg": ("Дата", "Телефон", "Имейл"),
    "en": ("Date", "Telephone", "E-mail"),
}


def letter(text: str, *, sender: Party, writer: Signatory, address: Sequence[str], on: date, locale: str) -> Document:
    """The text's first paragraph is its subject; the others follow as they are."""
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
        blocks=(Title(subject), *map(Paragraph, paragraphs)),
    )
