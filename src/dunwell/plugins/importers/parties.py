"""Customers and their contacts, from a sheet of customers or from the columns of an invoice sheet that name them.

A customer's rows are gathered over the whole file, so that the result does not depend on the order of the rows.
"""

from __future__ import annotations

from functools import cache

import polars as pl
from babel import Locale

from dunwell.core import frames_import as frames
from dunwell.core.records import Severity
from dunwell.plugins.importers import columns, headings, rows
from dunwell.plugins.importers.rows import Check, Forms

CUSTOMER_TEXTS = (
    "registration_number",
    "timezone",
    "address",
    "policy",
    "owner",
    "group",
    "segment",
    "payment_terms",
    "preferred_channel",
)
CODED = {"kind": "customer_kind", "language": "language", "preferred_method": "method"}
CONTACT_TEXTS = ("contact_name", "contact_role", "email", "email_payable", "phone")
PARTY = (
    "customer_id",
    "customer_name",
    "customer_tax_id",
    "customer_kind",
    "country",
    "language",
    "preferred_method",
    *CUSTOMER_TEXTS,
    *CONTACT_TEXTS,
)
# Of an invoice sheet only what says who the customer is: its owner, policy and terms there are those of the invoice.
OF_INVOICE = tuple(name for name in PARTY if name not in ("policy", "owner", "payment_terms", "preferred_method"))
EMAIL = r"^[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+\.[^@\s.<>()\[\],;:\\\"]{2,}$"


def keys() -> list[pl.Expr]:
    """The columns of CUSTOMER_OF_ROW from a row's texts."""
    tax = pl.col("customer_tax_id").str.to_uppercase().str.extract(r"^\s*([^/]+)").str.replace_all(r"[^0-9\p{L}]", "")
    # In Bulgaria the VAT number is the company number behind "BG": one company, one sign.
    tax = tax.str.replace(r"^BG([0-9]{9,13})$", "$1")
    tax = pl.when(tax != "").then(tax)
    key = name_key(pl.col("customer_name"))
    strongest = pl.coalesce("id:" + pl.col("customer_id"), "tax:" + tax, "name:" + key)
    return [
        strongest.alias("customer_key"),
        pl.col("customer_id"),
        tax.alias("customer_tax_id"),
        pl.col("customer_name"),
        key.alias("customer_name_key"),
    ]


def name_key(name: pl.Expr) -> pl.Expr:
    """A name in the form in which it is compared: ООО «Ромашка» and ооо "Ромашка" are one."""
    levelled = (
        name.str.to_lowercase().str.replace_all("ё", "е").str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    )
    return pl.when(levelled != "").then(levelled).otherwise(pl.when(name != "").then(name))


def gathered(parts: list[pl.DataFrame], names: tuple[str, ...]) -> list[pl.DataFrame]:
    """One part with each distinct customer row once, from parts of `texts`; called now and then to keep memory
    small.
    """
    together = pl.concat(part.select("line", columns.OVERFULL, *names, "raw") for part in parts)
    return [together.unique(subset=[*names, columns.OVERFULL], keep="first", maintain_order=True)]


def read(texts: pl.DataFrame, forms: Forms) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Customers, contacts and findings of the distinct customer rows of a file."""
    texts = texts.with_columns(pl.lit(None, pl.String).alias(name) for name in PARTY if name not in texts.columns)
    texts = texts.with_columns(keys()).with_columns(
        *(columns.words(texts[_field(name)], group).alias(f"{name}.v") for name, group in CODED.items()),
        _countries(texts["country"]).alias("country.v"),
        columns.words(texts["contact_role"], "role").alias("role.v"),
    )
    checks = _checks(forms)
    found = rows.findings(texts, checks, forms)
    good = texts.filter(~rows.is_bad(checks))
    customers, differing = _customers(good, forms)
    contacts, unreadable = _contacts(good, forms)
    return customers, contacts, pl.concat([found, differing, unreadable])


def _field(name: str) -> str:
    return "customer_kind" if name == "kind" else name


def _checks(forms: Forms) -> list[Check]:
    unknown = "The value is not known."
    warning = Severity.WARNING
    whole = rows.common_checks(forms) if forms.recognised.kind == "customers" else []
    return [
        *whole,
        Check(
            "customer_missing",
            Severity.ERROR,
            "customer_name",
            pl.col("customer_key").is_null(),
            "The row names no customer.",
            "Give a name, a tax number or a customer number.",
        ),
        Check("language_unknown", warning, "language", _lost("language", "language.v"), unknown, "Write ru, bg or en."),
        Check(
            "country_unknown",
            warning,
            "country",
            _lost("country", "country.v"),
            unknown,
            "Write a code of two letters, such as BG.",
        ),
        Check(
            "customer_kind_unknown",
            warning,
            "customer_kind",
            _lost("customer_kind", "kind.v"),
            unknown,
            "Write business or person.",
        ),
        Check(
            "method_unknown",
            warning,
            "preferred_method",
            _lost("preferred_method", "preferred_method.v"),
            unknown,
            "Write transfer, card or cash.",
        ),
        Check(
            "contact_role_unknown",
            warning,
            "contact_role",
            _lost("contact_role", "role.v"),
            "The role is not known; the person counts as who ordered.",
            "Write accounts payable, buyer, manager, finance director, director or representative.",
        ),
    ]


def _lost(text: str, value: str) -> pl.Expr:
    """A word that is not known, told once and not for every customer."""
    return pl.col(text).is_not_null() & pl.col(value).is_null() & pl.col(text).is_first_distinct()


def _customers(texts: pl.DataFrame, forms: Forms) -> tuple[pl.DataFrame, pl.DataFrame]:
    values = texts.with_columns(pl.col(f"{name}.v").alias(name) for name in (*CODED, "country"))
    attributes = [name for name in frames.IMPORT_CUSTOMERS if name not in ("line", "customer_key")]
    # Where rows differ, the choice must not depend on their order: the first in alphabetical order, and a finding.
    chosen = [pl.col(name).drop_nulls().min() for name in attributes]
    differs = [
        (pl.col(name).drop_nulls().n_unique() > 1).alias(f"{name}.differs")
        for name in attributes
        if name != "customer_name_key"
    ]
    grouped = (
        values.group_by("customer_key")
        .agg(pl.col("line").min(), pl.col("raw").first(), *chosen, *differs)
        .sort("line", "customer_key")
    )
    checks = [
        Check(
            "customer_differs",
            Severity.WARNING,
            name,
            pl.col(f"{name}.differs"),
            "Rows of one customer say different things here; the first in alphabetical order was taken.",
            "Make the rows agree.",
        )
        for name in attributes
        if name != "customer_name_key"
    ]
    return grouped.select(*frames.IMPORT_CUSTOMERS), rows.findings(grouped, checks, forms)


def _contacts(texts: pl.DataFrame, forms: Forms) -> tuple[pl.DataFrame, pl.DataFrame]:
    usual = texts.with_columns(email=_addresses("email"), phone=_phones())
    payable = texts.filter(pl.col("email_payable").is_not_null()).with_columns(
        email=_addresses("email_payable"),
        phone=pl.lit([], pl.List(pl.String)),
        contact_name=pl.lit(None, pl.String),
        **{"role.v": pl.lit("payable")},
    )
    both = pl.concat([usual, payable])
    # The first number belongs to the first address; further ones are further ways to reach the same people.
    first = both.with_columns(pl.col("phone").list.first()).explode("email", empty_as_null=True, keep_nulls=True)
    further = both.with_columns(pl.col("phone").list.slice(1), email=pl.lit(None, pl.String))
    further = further.filter(pl.col("phone").list.len() > 0).explode("phone")
    each = pl.concat([first, further]).sort("line", maintain_order=True)
    wrong = Check(
        "email_unreadable",
        Severity.WARNING,
        "email",
        ~pl.col("email").str.contains(EMAIL),
        "This is not an e-mail address; the customer went in without it.",
        "Write it as name@company.com; several with a semicolon between them.",
    )
    found = rows.findings(each, [wrong], forms)
    contacts = each.select(
        "line",
        "customer_key",
        pl.col("contact_name").alias("name"),
        pl.col("role.v").alias("role"),
        pl.when(pl.col("email").str.contains(EMAIL)).then(pl.col("email")).alias("email"),
        "phone",
        pl.col("language.v").alias("language"),
    ).filter(pl.any_horizontal(pl.col("name", "email", "phone").is_not_null()))
    signs = [name for name in frames.IMPORT_CONTACTS if name != "line"]
    # In the order in which they are written: the first address of a cell is the one that letters take.
    return contacts.unique(signs, keep="first", maintain_order=True).select(*frames.IMPORT_CONTACTS), found


def _addresses(name: str) -> pl.Expr:
    """The e-mail addresses of a cell in their order: "Anna <a@x.bg>; b@x.bg", with commas, slashes, bars, lines or blanks between them."""
    apart = (
        pl.col(name)
        .str.to_lowercase()
        .str.replace_all("mailto:", "", literal=True)
        .str.replace_all(r"[^;,<>|/\n]*<([^<>]*)>", "$1")
        .str.replace_all(r"(@[^\s;,|/]+)\s+", "$1;")
        .str.replace_all(r"[,|/\n]", ";")
    )
    return _parts(apart)


def _phones() -> pl.Expr:
    """The numbers of a cell in their order, without blanks and marks; 0888/123456 is one number, 02 111 / 02 222 are two."""
    parts = _parts(pl.col("phone").str.replace_all(r"[,|\n]|\s/\s", ";"))
    return parts.list.eval(pl.element().str.replace_all(r"[\s()\-‑–./]", ""))


def _parts(text: pl.Expr) -> pl.Expr:
    parts = text.str.split(";").list.eval(pl.element().str.strip_chars())
    return parts.list.eval(pl.element().filter(pl.element() != ""))


def _countries(column: pl.Series) -> pl.Series:
    names = _country_names()
    return columns.by_text(column, lambda text: names.get(headings.level(text)), pl.String())


@cache
def _country_names() -> dict[str, str]:
    """Levelled country names in our three languages, and codes, to ISO 3166 alpha-2."""
    names: dict[str, str] = {}
    for language in ("en", "ru", "bg"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names[headings.level(name)] = code
                names[code.lower()] = code
    return names | {"рф": "RU", "российская федерация": "RU", "uk": "GB", "usa": "US", "сша": "US", "сащ": "US"}
