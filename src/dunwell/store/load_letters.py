"""What letters are written from: names, numbers and history of the receivables and people that a plan's actions name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from dunwell.store import scope
from dunwell.store.models import BankAccount, ContentText, Leave, Staff

PAYMENT_DAYS = 45
"""Thanks for an earlier payment are true and fresh for about as long as a monthly invoice."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Details:
    """Rows by id; `history` and `threads` by receivable, `payments` by customer."""

    customers: dict[int, Row]
    contacts: dict[int, Row]
    receivables: dict[int, Row]
    agreed: dict[int, Row]  # by customer, the terms in force
    history: dict[int, list[Row]]  # what was sent or done: on, channel, message_id
    payments: dict[
        int, Row
    ]  # the newest one, by its payer or by what it was set against: on, the customer's part of it, currency, in_time
    settling: dict[int, Row]  # by receivable, the newest payment set against it, its day known or not
    promised: dict[int, date]  # by receivable, the last day promised that has passed; promises taken back left out


def details(
    creditor_id: int, as_of: date, *, customers: Iterable[int], receivables: Iterable[int], rehearsal: bool
) -> Details:
    """Everything that the letters of these customers about these receivables may say."""
    of_customers, of_receivables = _among(customers), _among(receivables)
    day = f"DATE '{as_of.isoformat()}'"
    since = f"DATE '{(as_of - timedelta(PAYMENT_DAYS)).isoformat()}'"
    real = "" if rehearsal else "AND NOT m.rehearsal"
    with scope.of(creditor_id):
        history = _read(f"""
            SELECT i.receivable_id, m.sent_on AS on, m.channel, m.message_id FROM message_item i
            JOIN message m ON m.id = i.message_id
            WHERE m.state = 'sent' AND m.sent_on <= {day} AND i.part = 'asked' AND m.purpose = 'request' {real}
              AND i.receivable_id IN ({of_receivables})
            UNION ALL
            SELECT i.receivable_id, o.effective_on, t.kind, NULL FROM task_item i JOIN task t ON t.id = i.task_id
            JOIN task_outcome o ON o.task_id = t.id
            WHERE o.done AND o.effective_on <= {day} AND t.kind IN ('call', 'visit', 'letter') {real.replace("m.", "t.")}
              AND i.receivable_id IN ({of_receivables})
            ORDER BY 1, 2
        """)
        payments = _read(f"""
            WITH paid AS (
              SELECT id AS payment_id, customer_id FROM payment WHERE customer_id IN ({of_customers})
              UNION SELECT a.payment_id, r.customer_id FROM allocation a JOIN receivable r ON r.id = a.receivable_id
              WHERE a.payment_id IS NOT NULL AND r.customer_id IN ({of_customers}) AND a.undoes_id IS NULL
                AND NOT EXISTS (SELECT FROM allocation u WHERE u.undoes_id = a.id)
            )
            SELECT DISTINCT ON (x.customer_id) x.customer_id, p.date AS on, {_part_of("x.customer_id")} AS amount, p.currency,
                   coalesce((SELECT bool_and(p.date <= r.due_date) FROM allocation a JOIN receivable r ON r.id = a.receivable_id
                             WHERE a.payment_id = p.id AND r.due_date IS NOT NULL), false) AS in_time
            FROM paid x JOIN payment p ON p.id = x.payment_id WHERE p.date BETWEEN {since} AND {day} AND p.amount > 0
              AND p.is_date_known AND NOT EXISTS (SELECT FROM payment v WHERE v.reverses_id = p.id)
            ORDER BY x.customer_id, p.date DESC, p.id DESC
        """)
        settling = _read(f"""
            SELECT DISTINCT ON (a.receivable_id) a.receivable_id, p.id, p.date AS on, {_part_of("r.customer_id")} AS amount, p.currency,
                   p.is_date_known AND p.date <= r.due_date AS in_time,
                   EXISTS (SELECT FROM promise q WHERE q.receivable_id = r.id AND q.effective_on <= p.date
                     AND q.promised_date >= p.date {real.replace("m.", "q.")}
                     AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = q.id)) AS as_promised
            FROM allocation a JOIN payment p ON p.id = a.payment_id JOIN receivable r ON r.id = a.receivable_id
            WHERE a.amount > 0 AND a.effective_on <= {day} AND a.receivable_id IN ({of_receivables})
              AND NOT EXISTS (SELECT FROM allocation u WHERE u.undoes_id = a.id AND u.basis <> 'carried')
            ORDER BY a.receivable_id, p.date DESC, p.id DESC
        """)
        return Details(
            customers=_by(
                _read(
                    f"SELECT id, external_id, name, kind, country, owner, preferred_method FROM customer WHERE id IN ({of_customers})"
                ),
                "id",
            ),
            contacts=_contacts(
                _read(f"""
                SELECT t.id, t.given_name, t.family_name, t.patronymic, t.gender, t.role, p.channel, p.address, p.person_key
                FROM contact t LEFT JOIN contact_point p ON p.contact_id = t.id WHERE t.customer_id IN ({of_customers})
                """)
            ),
            receivables=_by(
                _read(f"""
                SELECT r.id, i.number, i.issue_date, r.due_date, i.valid_until, i.starts_on, r.amount, r.currency, i.what_for, i.kind,
                       r.invoice_id, i.reference, i.order_number,
                       coalesce((SELECT sum(c.amount) FROM charge c WHERE c.receivable_id = r.id AND c.effective_on <= {day}), 0)::bigint
                         AS charges,
                       (SELECT max(k.effective_on) FROM acknowledgement k WHERE k.receivable_id = r.id AND k.effective_on <= {day})
                         AS acknowledged_on
                FROM receivable r JOIN invoice i ON i.id = r.invoice_id WHERE r.id IN ({of_receivables})
                """),
                "id",
            ),
            agreed={
                row["customer_id"]: json.loads(row["terms"])
                for row in _read(f"""
                SELECT DISTINCT ON (a.customer_id) a.customer_id, a.terms::text AS terms FROM agreement a
                WHERE a.effective_on <= {day} AND a.customer_id IN ({of_customers})
                ORDER BY a.customer_id, a.effective_on DESC, a.id DESC
                """)
            },
            history=_lists(history, "receivable_id"),
            payments=_by(payments, "customer_id"),
            settling=_by(settling, "receivable_id"),
            promised={
                row["receivable_id"]: row["on"]
                for row in _read(f"""
                SELECT p.receivable_id, max(p.promised_date) AS on FROM promise p
                WHERE p.effective_on <= {day} AND p.promised_date < {day} {real.replace("m.", "p.")}
                  AND p.receivable_id IN ({of_receivables})
                  AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id AND e.effective_on <= {day})
                GROUP BY 1
                """)
            },
        )


def away(creditor_id: int, on: date) -> dict[int, Staff]:
    """Who of the staff is on leave on a day, by number, with who stands in."""
    with scope.of(creditor_id):
        rows = Leave.objects.filter(ended=None, first_day__lte=on, last_day__gte=on).select_related("substitute")
        return {row.staff_id: row.substitute for row in rows}


def looks_after(creditor_id: int, owner: str, on: date) -> tuple[Staff, Staff | None] | None:
    """Who signs for a customer of that owner on a day, and whom they stand in for; None where nobody is known."""
    everybody = staff(creditor_id)
    usual = next((one for one in everybody if one.name == owner), everybody[0] if everybody else None)
    return None if usual is None else stood_in(usual, away(creditor_id, on))


def stood_in(usual: Staff, away: Mapping[int, Staff]) -> tuple[Staff, Staff | None]:
    """The usual person, or who stands in and for whom."""
    return (away[usual.pk], usual) if usual.pk in away else (usual, None)


def staff(creditor_id: int) -> list[Staff]:
    with scope.of(creditor_id):
        return list(Staff.objects.order_by("pk"))


def bank_accounts(creditor_id: int, as_of: date) -> list[BankAccount]:
    """The newest confirmed account of each currency in force on a day; before the first one was entered, that first one.

    A changed account is used once two people stand behind it.
    """
    newest: dict[str, BankAccount] = {}
    with scope.of(creditor_id):
        for account in BankAccount.objects.select_related("creditor").exclude(confirmed_by="").order_by("since", "pk"):
            if account.since <= as_of or account.currency not in newest:
                newest[account.currency] = account
    return list(newest.values())


def overrides(creditor_id: int) -> dict[tuple[str, str, str], tuple[str, int]]:
    """The creditor's own texts by (locale, key, channel), the last version of each; an empty one means the shipped text again."""
    with scope.of(creditor_id):
        rows = ContentText.objects.order_by("version")
        newest = {(row.locale, row.key, row.channel): (row.text, row.version) for row in rows}
    return {place: (text, version) for place, (text, version) in newest.items() if text}


def _part_of(customer: str) -> str:
    """SQL of what payment `p` brought for one customer: all of it, but where it settled debts of others too, what is set here."""
    return f"""(
        SELECT coalesce(CASE WHEN sum(s.amount) FILTER (WHERE q.customer_id <> {customer}) > 0
                             THEN sum(s.amount) FILTER (WHERE q.customer_id = {customer}) END, p.amount)::bigint
        FROM allocation s JOIN receivable q ON q.id = s.receivable_id WHERE s.payment_id = p.id)"""


def _among(ids: Iterable[int]) -> str:
    """SQL that gives the ids as rows: a list of a hundred thousand is read faster from an array than from an IN list."""
    return f"SELECT unnest('{{{','.join(str(int(one)) for one in ids)}}}'::bigint[])"


def _read(sql: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _by(rows: list[Row], column: str) -> dict[int, Row]:
    return {row[column]: row for row in rows}


def _lists(rows: list[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _contacts(rows: list[Row]) -> dict[int, Row]:
    """One row a contact, with its `points`, out of one row a point."""
    found: dict[int, Row] = {}
    for row in rows:
        point = {name: row.pop(name) for name in ("channel", "address", "person_key")}
        found.setdefault(row["id"], row | {"points": []})["points"].append(point)
    return found
