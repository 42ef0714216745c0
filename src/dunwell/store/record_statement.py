"""Bank statements written into the ledger: the frame, each entry once, money in as payments, money out where it takes a
payment back. Everything happens in the transaction of the caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from dunwell.core import frames_import as schemas
from dunwell.store import balances, bulk
from dunwell.store.record_import import Origin

SOURCE = "bank"
"""Of every payment from a statement, whatever its format: the same entry is the same payment."""
TAKEN_BACK = "the bank took the payment back"
REVERSAL_DAYS_MAX = 400
"""Direct debits without a mandate are returned up to thirteen months later (Directive (EU) 2015/2366, art. 71)."""


def lock(creditor_id: int) -> None:
    """Two statements of one creditor go in one after the other, or both would take the same entry for new."""
    bulk.execute("SELECT pg_advisory_xact_lock(hashtextextended('dunwell.statements', %s))", creditor_id)


def own_accounts() -> list[tuple[str, str]]:
    """Accounts of the creditor with their currency: where clients pay, and those of statements taken before."""
    return bulk.rows("""
        SELECT coalesce(nullif(iban, ''), account), currency FROM bank_account WHERE coalesce(nullif(iban, ''), account) <> ''
        UNION SELECT account, currency FROM bank_statement WHERE account <> ''
    """)


def frames(account: str) -> list[tuple[int, date | None, date | None, int | None, int | None, bool]]:
    """The statements known of an account: id, days, balances, whether whole."""
    return bulk.rows(
        "SELECT id, from_date, to_date, opening, closing, is_whole FROM bank_statement WHERE account = %s ORDER BY id",
        account,
    )


def known_entries(account: str, days: Sequence[date], *, less: int) -> pl.DataFrame:
    """KNOWN_ENTRIES of some days of an account; the statement `less` tells of no whole day yet."""
    found = bulk.rows(KNOWN_ENTRIES, less, account, min(days), max(days))
    return pl.DataFrame(found, schema=schemas.KNOWN_ENTRIES, orient="row")


def taken(account: str, keys: Sequence[str]) -> Counter[str]:
    """How many entries of each key are recorded."""
    rows = bulk.rows(
        "SELECT key, count(*) FROM bank_entry WHERE account = %s AND key = ANY(%s) GROUP BY 1", account, list(keys)
    )
    return Counter(dict(rows))


def entries(origin: Origin, statement_id: int, account: str, frame: pl.DataFrame) -> int:
    """New entries (BANK_ENTRIES with `identity`)."""
    bulk.stage("in_entry", frame)
    bulk.execute(
        "INSERT INTO imported_row (creditor_id, file_id, line, raw) SELECT %s, %s, line, raw FROM in_entry ORDER BY line",
        origin.creditor_id,
        origin.file_id,
    )
    return bulk.execute(ADD_ENTRIES, origin.creditor_id, statement_id, account)


def payments(origin: Origin, account: str, frame: pl.DataFrame) -> int:
    """Money in: `identity, part, day, currency, amount, name, account, tax_number, reference, remittance`."""
    bulk.stage("in_received", frame)
    return bulk.execute(ADD_PAYMENTS, origin.creditor_id, SOURCE, account, origin.on)


def open_returns(since: date) -> list[tuple[Any, ...]]:
    """Money out since a day that takes no payment back yet, with each payment that it could mean.

    Entry, its identity, day, amount (positive), whether a reversal, text; payment, its amount, what is unapplied of it,
    same reference, same account, its customer.
    """
    return bulk.rows(
        OPEN_RETURNS.format(unapplied=balances.unapplied_sql(as_of=None)), REVERSAL_DAYS_MAX, SOURCE, since
    )


def whole_batches(account: str, batches: pl.DataFrame) -> pl.DataFrame:
    """Which payment a batch told again was recorded as: `line, identity, payment_id, day, amount`.

    Only where one entry alone can be meant, and no person has set its money: what they decided stays.
    """
    bulk.stage("in_batch", batches.select("line", "day", "currency", "amount"))
    found = bulk.frame(WHOLE_BATCHES, BATCH, account, SOURCE)
    return found.filter(~pl.col("line").is_duplicated() & ~pl.col("payment_id").is_duplicated())


def take_back(
    origin: Origin, payment_id: int, *, amount: int, day: date, external_id: str, undo: bool, why: str = TAKEN_BACK
) -> None:
    """A payment of a negative sum that names the one it takes back; with `undo` what that settled is open again."""
    bulk.execute(TAKE_BACK, SOURCE, external_id, day, -amount, origin.on, payment_id)
    if undo:
        bulk.execute(UNDO_ALLOCATIONS, day, origin.by, why, payment_id)


def cover(origin: Origin, source: str, until: date) -> int:
    """A statement's end is a day up to which payments are complete; said once."""
    return bulk.execute(ADD_COVERAGE, origin.creditor_id, origin.on, origin.by, source, until, source, until)


BATCH: schemas.Schema = {
    "line": pl.Int64,
    "identity": pl.String,
    "payment_id": pl.Int64,
    "day": pl.Date,
    "amount": pl.Int64,
}
WHOLE_BATCHES = """
SELECT n.line, e.identity, p.id, e.day, p.amount
FROM in_batch n
JOIN bank_entry e ON (e.account, e.day, e.currency, e.amount) = (%s, n.day, n.currency, n.amount)
JOIN payment p ON p.source = %s AND p.external_id = e.account || '|' || e.identity
WHERE NOT EXISTS (SELECT FROM payment v WHERE v.reverses_id = p.id)
  AND NOT EXISTS (SELECT FROM allocation a WHERE a.payment_id = p.id AND a.basis = 'manual')
  AND NOT EXISTS (SELECT FROM on_account o WHERE o.payment_id = p.id)
"""
KNOWN_ENTRIES = """
SELECT e.id, e.statement_id, e.key, e.day, e.currency, e.amount, e.bank_reference, e.end_to_end, e.counter_account, e.words,
  EXISTS (SELECT FROM bank_statement s WHERE s.account = e.account AND s.is_whole AND s.id <> %s
          AND e.day BETWEEN s.from_date AND s.to_date)
FROM bank_entry e WHERE e.account = %s AND e.day BETWEEN %s AND %s
"""
ADD_ENTRIES = """
INSERT INTO bank_entry (creditor_id, statement_id, account, identity, key, day, currency, amount, name, counter_account,
  tax_number, bank_reference, end_to_end, remittance, words, is_reversal)
SELECT %s, %s, %s, identity, key, day, currency, amount, coalesce(name, ''), coalesce(account, ''), coalesce(tax_number, ''),
  coalesce(bank_reference, ''), coalesce(end_to_end, ''), coalesce(remittance, ''), coalesce(words, ''), is_reversal
FROM in_entry ORDER BY line
"""
ADD_PAYMENTS = """
INSERT INTO payment (creditor_id, source, external_id, customer_id, date, is_date_known, currency, amount, payer_name,
  payer_account, payer_tax_id, remittance, reference, recorded_on)
SELECT %s, %s, %s || '|' || identity || CASE WHEN part > 0 THEN '|' || part ELSE '' END, NULL, day, true, currency, amount,
  coalesce(name, ''), coalesce(account, ''), coalesce(tax_number, ''), coalesce(remittance, ''), coalesce(reference, ''), %s
FROM in_received ORDER BY line, part ON CONFLICT (creditor_id, source, external_id) DO NOTHING
"""
# A debit to somebody who never paid us, of a sum that nobody paid, is a bill of ours and no return.
OPEN_RETURNS = """
SELECT e.id, e.account || '|' || e.identity, e.day, -e.amount, e.is_reversal, e.remittance, p.id, p.amount,
  coalesce(u.unapplied, 0)::bigint,
  e.end_to_end <> '' AND position(e.end_to_end IN p.reference) > 0,
  e.counter_account <> '' AND p.payer_account = e.counter_account, coalesce(p.customer_id, w.customer_id)
FROM bank_entry e
LEFT JOIN payment p ON p.currency = e.currency AND p.amount > 0 AND p.date BETWEEN e.day - %s AND e.day
  AND NOT EXISTS (SELECT FROM payment v WHERE v.reverses_id = p.id AND v.amount = -p.amount)
  AND ((e.counter_account <> '' AND p.payer_account = e.counter_account)
    OR (e.is_reversal AND p.amount = -e.amount))
LEFT JOIN ({unapplied}) u ON u.payment_id = p.id
LEFT JOIN LATERAL (SELECT r.customer_id FROM allocation a JOIN receivable r ON r.id = a.receivable_id
                   WHERE a.payment_id = p.id ORDER BY a.id LIMIT 1) w ON true
WHERE e.amount < 0 AND (p.id IS NOT NULL OR e.is_reversal)
  AND NOT EXISTS (SELECT FROM payment d WHERE d.source = %s AND d.external_id = e.account || '|' || e.identity)
  AND e.day >= %s
ORDER BY e.day, e.id, p.id
"""
TAKE_BACK = """
INSERT INTO payment (creditor_id, source, external_id, customer_id, date, is_date_known, currency, amount, payer_name,
  payer_account, payer_tax_id, remittance, reference, reverses_id, recorded_on)
SELECT creditor_id, %s, %s, customer_id, %s, true, currency, %s, payer_name, payer_account, payer_tax_id, '', '', id, %s
FROM payment WHERE id = %s ON CONFLICT (creditor_id, source, external_id) DO NOTHING
"""
UNDO_ALLOCATIONS = """
INSERT INTO allocation (creditor_id, effective_on, by, why, payment_id, receivable_id, currency, amount, basis, undoes_id)
SELECT a.creditor_id, %s, %s, %s, a.payment_id, a.receivable_id, a.currency, -a.amount, 'reversal', a.id
FROM allocation a WHERE a.payment_id = %s AND a.amount > 0 AND NOT EXISTS (SELECT FROM allocation b WHERE b.undoes_id = a.id)
"""
ADD_COVERAGE = """
INSERT INTO coverage (creditor_id, effective_on, by, why, source, covered_until, required)
SELECT %s, %s, %s, 'statement', %s, %s, true
WHERE NOT EXISTS (SELECT FROM coverage WHERE source = %s AND covered_until >= %s)
"""
