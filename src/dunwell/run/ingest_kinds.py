"""What new customers are, where their sheet does not say it: told by what it does say, and asked about once where that is a name alone.

The rules for natural persons are the gentler ones, so they hold for who may be one until somebody says otherwise.
"""

from __future__ import annotations

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.ledger import CustomerKind
from dunwell.core.records import Severity
from dunwell.engine import customer_kind
from dunwell.store.models import Creditor

NAMED_MAX = 5
UNSAID = (
    "The sheet does not say whether these customers are businesses or natural persons. They bear a person's name, so the gentler rules for "
    "persons hold for them."
)
REMEDY = "Add a column “customer type” with business or person and import again, or correct it on the customer's page."


def told(customers: pl.DataFrame, creditor_id: int) -> pl.DataFrame:
    """IMPORT_CUSTOMERS with `likely_kind`, and `is_guess` where nothing but a name makes it a person."""
    home = Creditor.objects.values_list("country", flat=True).get(pk=creditor_id)
    said = [_told(row, home) for row in customers.select(FACTS).iter_rows(named=True)]
    return customers.with_columns(
        likely_kind=pl.Series([kind for kind, _ in said], dtype=pl.String),
        is_guess=pl.Series([is_guess for _, is_guess in said], dtype=pl.Boolean),
    )


def unsaid(new: pl.DataFrame) -> pl.DataFrame:
    """One finding (IMPORT_FINDINGS) about all new customers of `told` whose kind is guessed, or none."""
    guessed = new.filter("is_guess").sort("line")
    if guessed.is_empty():
        return frames.empty(frames.IMPORT_FINDINGS)
    shown = guessed["customer_name"].head(NAMED_MAX).to_list()
    more = guessed.height - len(shown)
    values = {
        "line": guessed["line"][0],
        "severity": str(Severity.WARNING),
        "code": "customer_kind_unsaid",
        "holds": False,
        "field": "customer_kind",
        "value": ", ".join(shown) + (f" … +{more}" if more else ""),
        "message": UNSAID,
        "remedy": REMEDY,
    }
    return pl.DataFrame([values], schema=frames.IMPORT_FINDINGS)


FACTS = ("kind", "customer_name", "customer_tax_id", "registration_number", "country")


def _told(row: dict[str, str | None], home: str) -> tuple[str, bool]:
    if row["kind"]:
        return row["kind"], False
    found = customer_kind.tell(
        row["customer_name"] or "",
        tax_id=row["customer_tax_id"] or "",
        registration=row["registration_number"] or "",
        country=row["country"] or home,
    )
    kind = found.kind or CustomerKind.BUSINESS
    return kind.value, kind is CustomerKind.PERSON and not found.is_sure
