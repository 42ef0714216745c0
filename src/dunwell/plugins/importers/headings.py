"""Which field of ours a column of a sheet is, and what the words in its cells mean.

The names live in `headers.toml`; a saved mapping goes before them. Everything is compared levelled: without case,
punctuation, "ё", with run-together words taken apart, and without the currency that people put behind a header ("Сумма,
руб.").
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from dunwell.core.records import Mapping, MappingMalformed, RecordKind

# What a sheet must have to be of a kind: one field of every group.
NEEDED = {
    RecordKind.INVOICES: (("number",), ("issue_date",), ("total", "balance", "line_total", "line_price")),
    RecordKind.PAYMENTS: (("amount",), ("date",)),
    RecordKind.CUSTOMERS: (("customer_name", "customer_id"),),
}
# Fields that speak for a kind where a sheet could be of several.
TELLING = {
    RecordKind.INVOICES: {"issue_date", "due_date", "balance", "valid_until", "line_description"},
    RecordKind.PAYMENTS: {"payer_name", "payer_account", "remittance", "invoice_number"},
    RecordKind.CUSTOMERS: {"email", "phone", "contact_name", "customer_tax_id", "address", "language"},
}
HEADER_ROWS_SEARCHED = 25


@dataclass(frozen=True, slots=True)
class Recognised:
    """A header row understood: `fields` maps a field to its column (from 0), `unread` lists headers that mean nothing
    to us.
    """

    kind: RecordKind
    headers: tuple[str, ...]
    fields: Map[str, int]
    unread: tuple[str, ...]
    header_currency: str | None

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Groups of fields of which the sheet has none, though its kind needs one."""
        return tuple(group for group in NEEDED[self.kind] if not any(name in self.fields for name in group))


def recognise(headers: Sequence[str], kind: RecordKind | None, mapping: Mapping) -> Recognised:
    """The best reading of one row as the header of a sheet of `kind` (None: of any kind)."""
    kinds = [kind] if kind else list(RecordKind)
    return max((_as_kind(headers, each, mapping) for each in kinds), key=likeness)


def are_groups(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row holds titles over several columns of the row below: fewer words, no figures, in both of them."""
    titles, names = [[text for text in row if text] for row in (above, below)]
    return 1 < len(titles) < len(names) and not any(letter.isdigit() for text in (*titles, *names) for letter in text)


def under(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The lower row's names, with the title over them or to the left of there where that makes a name that is known."""
    known = {name for kind in RecordKind for ranks in _names(kind).values() for name in ranks}
    title, headers = "", []
    for column, name in enumerate(below):
        title = (above[column] if column < len(above) else "") or title
        together = f"{title} {name}"
        headers.append(together if name and _without_currency(together)[0] in known else name)
    return headers


def rivals(recognised: Recognised, mapping: Mapping) -> list[RecordKind]:
    """Other kinds that the same header fits just as well: "number, date, customer, amount" may be invoices or
    payments.
    """
    others = [_as_kind(recognised.headers, kind, mapping) for kind in RecordKind if kind is not recognised.kind]
    return [other.kind for other in others if likeness(other) == likeness(recognised)]


def kind_in_name(file_name: str) -> RecordKind | None:
    """What the name of a file says that it holds, if it says one thing."""
    parts = _data()["words"]["file_name"]
    said = {
        kind for kind, words_of_kind in parts.items() if any(word in file_name.casefold() for word in words_of_kind)
    }
    return RecordKind(said.pop()) if len(said) == 1 else None


def likeness(recognised: Recognised) -> tuple[int, int, int]:
    """How well a row serves as a header, to compare rows and kinds: complete, number of fields, fields that tell the
    kind.
    """
    telling = sum(name in recognised.fields for name in TELLING[recognised.kind])
    return (int(recognised.is_complete), len(recognised.fields) + telling, telling)


def fields_of(kind: RecordKind) -> tuple[str, ...]:
    """Every field that a column of such a sheet can mean, for the documentation and for checking a mapping."""
    return tuple(_names(kind))


def level(text: str) -> str:
    """A header or a word in the form in which it is compared: "InvoiceDate*" and "invoice date" are the same."""
    text = re.sub(
        r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", unicodedata.normalize("NFKC", text.replace("№", " no ").replace("#", " no "))
    )
    return " ".join(re.findall(r"[^\W_]+|[$€£₽₴₸₹]", text.casefold().replace("ё", "е")))


@cache
def words(group: str) -> dict[str, str]:
    """Levelled word → our value, for `values.<group>`."""
    return {level(word): value for value, forms in _data()["values"][group].items() for word in forms}


@cache
def total_words() -> tuple[str, ...]:
    return tuple(level(word) for word in _data()["words"]["total_row"])


def _as_kind(headers: Sequence[str], kind: RecordKind, mapping: Mapping) -> Recognised:
    names = _names(kind)
    fields: dict[str, int] = {}
    taken = _mapped(headers, mapping, names, fields)
    levelled = [_without_currency(header) for header in headers]
    candidates = sorted(
        (synonyms[name], column, field)
        for field, synonyms in names.items()
        for column, (name, _) in enumerate(levelled)
        if column not in taken and name in synonyms
    )
    for _, column, field in candidates:
        if field not in fields and column not in taken:
            fields[field] = column
            taken.add(column)
    if (
        kind is RecordKind.INVOICES
        and "contact_name" in fields
        and not {"customer_id", "customer_name", "customer_tax_id"} & set(fields)
    ):
        # Xero calls the customer a contact.
        fields["customer_name"] = fields.pop("contact_name")
    money = [fields[name] for name in ("total", "balance", "amount", "paid") if name in fields]
    currencies = {levelled[column][1] for column in money} - {None}
    return Recognised(
        kind=kind,
        headers=tuple(headers),
        fields=fields,
        unread=tuple(
            header for column, header in enumerate(headers) if column not in fields.values() and header.strip()
        ),
        header_currency=currencies.pop() if len(currencies) == 1 else None,
    )


def _mapped(headers: Sequence[str], mapping: Mapping, names: Map[str, object], fields: dict[str, int]) -> set[int]:
    """Columns settled by the user's mapping, put into `fields`; "" means: not read."""
    wanted = {level(header): (header, name) for header, name in mapping.columns.items()}
    taken: set[int] = set()
    for column, header in enumerate(headers):
        if level(header) not in wanted:
            continue
        name = wanted[level(header)][1]
        taken.add(column)
        if name and name in names:
            fields.setdefault(name, column)
        elif name and not any(name in _names(kind) for kind in RecordKind):
            raise MappingMalformed(
                what=f"column {header!r} is mapped to {name!r}; the fields are {', '.join(sorted(names))}"
            )
    return taken


def _without_currency(header: str) -> tuple[str, str | None]:
    """The levelled header, and the currency it names at its end: ("сумма", "RUB") for "Сумма, руб."."""
    name = level(header)
    head, _, last = name.rpartition(" ")
    if head and last in words("currency"):
        return head, words("currency")[last]
    if head and re.search(r"\b[A-Z]{3}\b\W*$", header) and last.upper() in _iso_currencies():
        return head, last.upper()
    return name, None


@cache
def _iso_currencies() -> frozenset[str]:
    # Only those that people write into headers: many codes are words too (ALL, TOP, PAY TO …).
    return frozenset("EUR USD RUB BGN GBP CHF PLN RON CZK HUF TRY UAH KZT AED CAD AUD CNY JPY SEK NOK DKK".split())


@cache
def _names(kind: RecordKind) -> dict[str, dict[str, int]]:
    """Field → levelled name → rank (0 is the best) for a kind of sheet; the kind's own names before those of the
    party.
    """
    data = _data()
    names: dict[str, dict[str, int]] = {}
    for table in (data[kind.value], data["party"]):
        for name, forms in table.items():
            ranks = names.setdefault(name, {})
            for form in forms:
                ranks.setdefault(level(form), len(ranks))
    return names


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files(__package__).joinpath("headers.toml").read_text(encoding="utf-8"))
