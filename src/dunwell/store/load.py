"""What the plan looks at, read in one snapshot: every loader takes the creditor and the day (I15).

Facts count from their `effective_on`. A ledger imported later than the day looked at is read as if it had been kept daily: an
invoice then counts as known on its issue. A live plan does not see what was made in rehearsal; a rehearsal plan sees both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dunwell.core import frames
from dunwell.store import autopay, balances, bulk, freshness, load_done
from dunwell.store.bulk import Read
from dunwell.store.load_only import Only


@dataclass(frozen=True)
class Facts:
    """A portfolio's raw frames, before policies are chosen and promises judged; see `core.frames` for columns."""

    receivables: pl.DataFrame  # without `policy`, with `segment`
    customers: (
        pl.DataFrame
    )  # without `jurisdiction` and `may_stop_work`, with the agreed `stop_work`, `work` and `contract`
    contacts: pl.DataFrame
    steps_done: pl.DataFrame
    under_way: pl.DataFrame
    pauses: pl.DataFrame  # holds, findings and replies
    promises: pl.DataFrame  # PROMISES and `received`
    plan_parts: pl.DataFrame
    touches: pl.DataFrame
    signs: pl.DataFrame
    settled: pl.DataFrame  # without `policy`
    choices: pl.DataFrame  # policy choices: scope, target, document, customer_kind, policy
    covered_until: date | None


def facts(creditor_id: int, as_of: date, *, rehearsal: bool, customers: tuple[int, ...] = ()) -> Facts:
    """Everything one creditor's plan looks at on a day; `customers` narrows it to some (for `explain`)."""
    only = Only(as_of, rehearsal, customers)
    # Of a large book the receivables are as much work as all the rest.
    with (
        bulk.reader(creditor_id) as read,
        bulk.beside(creditor_id, read, lambda other: _receivables(other, only)) as receivables,
    ):
        customers_known = _customers(read, only)
        return Facts(
            customers=customers_known,
            contacts=_contacts(read, only, customers_known),
            steps_done=load_done.steps_done(read, only),
            under_way=load_done.under_way(read, only),
            pauses=_pauses(read, only),
            promises=_promises(read, only),
            plan_parts=_plan_parts(read, only),
            touches=load_done.touches(read, only),
            signs=load_done.signs(read, only),
            settled=load_done.settled(read, only),
            choices=_choices(read, only),
            covered_until=_covered_until(read, only),
            receivables=receivables.result(),
        )


def choices(creditor_id: int, as_of: date) -> pl.DataFrame:
    """The policy choices in force on a day: scope, target, document, customer_kind, policy."""
    with bulk.reader(creditor_id) as read:
        return _choices(read, Only(as_of, False, ()))


def promises(creditor_id: int, as_of: date, *, rehearsal: bool, customer: int) -> pl.DataFrame:
    """A customer's promises with what came since (PROMISES and `received`)."""
    with bulk.reader(creditor_id) as read:
        return _promises(read, Only(as_of, rehearsal, (customer,)))


def history(creditor_id: int, since: date, until: date) -> tuple[Facts, pl.DataFrame]:
    """A stretch of the past for a simulation: all receivables that stood open in it, as invoiced, and the money of all days."""
    with bulk.reader(creditor_id) as read:
        only = Only(until, False, ())
        start = f"DATE '{since.isoformat()}'"
        receivables = read(f"""
            SELECT r.id AS receivable_id, r.customer_id, r.invoice_id, i.kind = 'request' AS is_request, r.currency,
                   r.amount AS balance, 0::bigint AS disputed, false AS is_credited, i.issue_date, r.due_date, i.valid_until, i.requested_on,
                   false AS is_cancelled, false AS is_invoiced, CASE WHEN i.known_on <= {start} THEN i.known_on ELSE i.issue_date END AS known_on
            FROM receivable r JOIN invoice i ON i.id = r.invoice_id
            LEFT JOIN (SELECT receivable_id, sum(amount)::bigint AS total FROM allocation
                       WHERE effective_on < {start} GROUP BY 1) a ON a.receivable_id = r.id
            WHERE i.kind <> 'credit_note' AND i.issue_date <= {only.day} AND r.amount > coalesce(a.total, 0)
              AND NOT EXISTS (SELECT FROM cancellation k WHERE k.invoice_id = i.id AND k.effective_on <= {start})
        """).with_columns(
            document=_document(), is_imported_late=pl.lit(False), debit_pending_until=pl.lit(None, pl.Date)
        )
        movements = frames.conform(
            read(f"""
            SELECT receivable_id, effective_on AS on, amount, CASE WHEN payment_id IS NULL THEN 'credit' ELSE 'payment' END AS kind
            FROM allocation WHERE effective_on <= {only.day}
            UNION ALL SELECT receivable_id, effective_on, amount, 'write_off' FROM write_off WHERE effective_on <= {only.day}
            """),
            frames.MOVEMENTS,
        )
        before = Only(since - timedelta(1), False, ())
        customers = _customers(read, before)
        facts = Facts(
            receivables=receivables.drop("is_request"),
            customers=customers,
            contacts=_contacts(read, before, customers),
            steps_done=load_done.steps_done(read, before),
            under_way=frames.empty(frames.UNDER_WAY),
            pauses=_pauses(read, only),
            promises=_promises(read, only),
            plan_parts=_plan_parts(read, only),
            touches=load_done.touches(read, before),
            signs=load_done.signs(read, only),
            settled=pl.DataFrame(
                schema={
                    **{n: t for n, t in frames.SETTLED.items() if n != "policy"},
                    "invoice_id": pl.Int64,
                    "document": pl.String,
                }
            ),
            choices=_choices(read, only),
            covered_until=None,
        )
    return facts, movements


def _receivables(read: Read, only: Only) -> pl.DataFrame:
    # Two plain reads joined here cost half of what the server's join of a million rows would; nothing else is known of most
    # receivables than their balance, and the names of kinds are put back here, not sent a million times.
    owed = read(f"""
        SELECT b.receivable_id, b.customer_id, b.invoice_id, b.currency, b.balance, b.disputed, b.is_credited, b.due_date,
               b.is_cancelled, b.is_invoiced
        FROM ({balances.balances_sql(as_of=only.as_of, rehearsal=only.rehearsal)}) b
        WHERE b.balance > 0 {only.of("b.customer_id")}
    """)
    documents = read(f"""
        SELECT i.id AS invoice_id, i.kind = 'request' AS is_request, i.issue_date, i.valid_until, i.requested_on,
               CASE WHEN i.known_on <= {only.day} THEN i.known_on ELSE i.issue_date END AS known_on
        FROM invoice i WHERE i.kind <> 'credit_note' AND i.issue_date <= {only.day}
          {only.through("i.id", "SELECT invoice_id FROM receivable WHERE customer_id")}
    """)
    pending = frames.conform(
        read(autopay.pending_sql(day=only.day, real=only.real("c"))), {"receivable_id": pl.Int64, "until": pl.Date}
    )
    return (
        owed.join(documents, on="invoice_id")
        .join(pending.rename({"until": "debit_pending_until"}), on="receivable_id", how="left")
        .with_columns(document=_document(), is_imported_late=(pl.col("due_date") < pl.col("known_on")).fill_null(False))
        .drop("is_request")
    )


def _customers(read: Read, only: Only) -> pl.DataFrame:
    base = read(f"""
        SELECT c.id AS customer_id, c.kind, coalesce(nullif(c.country, ''), k.country) AS country, c.segment,
               coalesce(nullif(c.locale, ''), k.locale) AS locale, nullif(c.timezone, '') AS timezone, s.state, o.what AS owes,
               w.stopped_on, w.resumed_on, g.stop_work, g.work, g.contract
        FROM customer c JOIN creditor k ON k.id = c.creditor_id
        -- of several states the one that leaves nobody to speak to: only a represented customer has somebody
        LEFT JOIN (SELECT DISTINCT ON (customer_id) customer_id, state FROM
                    (SELECT DISTINCT ON (customer_id, state) customer_id, state, ended FROM customer_state
                     WHERE effective_on <= {only.day} ORDER BY customer_id, state, id DESC) x
                   WHERE NOT ended ORDER BY customer_id, state = 'represented', state) s ON s.customer_id = c.id
        LEFT JOIN (SELECT customer_id, min(what) AS what FROM
                    (SELECT DISTINCT ON (customer_id, what) customer_id, what, done FROM our_side u
                     WHERE effective_on <= {only.day} {only.real("u")} ORDER BY customer_id, what, id DESC) x
                   WHERE NOT done GROUP BY 1) o ON o.customer_id = c.id
        LEFT JOIN (SELECT DISTINCT ON (customer_id) customer_id, terms->>'stop_work' AS stop_work, terms->>'work' AS work,
                     terms->>'contract' AS contract FROM agreement WHERE effective_on <= {only.day}
                   ORDER BY customer_id, effective_on DESC, id DESC) g ON g.customer_id = c.id
        LEFT JOIN (SELECT DISTINCT ON (w.customer_id) w.customer_id,
                     CASE WHEN e.id IS NULL THEN w.effective_on END AS stopped_on,
                     CASE WHEN e.outcome = 'paid' AND NOT EXISTS (
                       SELECT FROM message m WHERE m.customer_id = w.customer_id AND m.purpose = 'lifted'
                         AND m.queued_at > e.recorded_at AND m.state NOT IN ('withdrawn', 'failed_permanent') {only.real("m")})
                       THEN e.effective_on END AS resumed_on
                   FROM stop_work w LEFT JOIN stop_work_end e ON e.stop_id = w.id AND e.effective_on <= {only.day}
                   WHERE w.effective_on <= {only.day} {only.real("w")}
                   ORDER BY w.customer_id, w.id DESC) w ON w.customer_id = c.id
        WHERE true {only.of("c.id")}
    """)
    woken = read(f"""
        SELECT customer_id, max(sent_on) AS woken_on FROM message m
        WHERE content = 'wake_up' AND state = 'sent' AND sent_on <= {only.day} {only.real("m")} GROUP BY 1
    """)
    held = read(balances.held_by_money_sql(as_of=only.as_of))
    credit = (
        read(balances.credit_sql(as_of=only.as_of))
        .group_by("customer_id", "currency")
        .agg(pl.col("amount").sum())
        .sort("customer_id", "currency")
        .group_by("customer_id", maintain_order=True)
        .agg(credit_by_currency=pl.struct("currency", "amount"))
    )
    return (
        base.join(woken, on="customer_id", how="left")
        .join(credit, on="customer_id", how="left")
        .with_columns(unmatched_hold=pl.col("customer_id").is_in(held["customer_id"].unique().implode()))
    )


def _contacts(read: Read, only: Only, customers: pl.DataFrame) -> pl.DataFrame:
    points = read(f"""
        SELECT contact_id, channel, address, person_key, is_preferred, consent_on IS NULL AS has_no_consent FROM contact_point
        WHERE true {only.through("contact_id", "SELECT id FROM contact WHERE customer_id")}
    """)
    people = read(f"""
        SELECT id AS contact_id, customer_id, role, rank, nullif(locale, '') AS locale, nullif(timezone, '') AS timezone
        FROM contact WHERE true {only.of("customer_id")}
    """)
    found = (
        points.join(people, on="contact_id")
        .join(customers.select("customer_id", "kind", theirs="locale", zone="timezone"), on="customer_id")
        .with_columns(
            locale=pl.coalesce("locale", "theirs"),
            timezone=pl.coalesce("timezone", "zone"),
            lacks_consent=(pl.col("kind") == "person") & (pl.col("channel") == "sms") & pl.col("has_no_consent"),
        )
    )
    opted_out = read(f"""
        SELECT person_key, channel, true AS opted_out FROM
          (SELECT DISTINCT ON (person_key, channel) person_key, channel, wanted FROM opt_out w
           WHERE effective_on <= {only.day} {only.real("w")} ORDER BY person_key, channel, id DESC) x WHERE NOT wanted
    """)
    everywhere = opted_out.filter(pl.col("channel") == "all").select("person_key", opted_out_of_all="opted_out")
    bounced = read(f"""
        SELECT DISTINCT person_key, channel, true AS bounced FROM sign s
        WHERE kind = 'bounced' AND effective_on <= {only.day} {only.real("s")}
    """)
    approved = read(f"""
        SELECT DISTINCT a.contact_id, true AS is_approved FROM approval a JOIN message m ON m.id = a.message_id
        WHERE a.contact_id IS NOT NULL AND a.effective_on <= {only.day} {only.real("m")}
    """)
    joined = (
        found.join(opted_out, on=["person_key", "channel"], how="left")
        .join(everywhere, on="person_key", how="left")
        .join(bounced, on=["person_key", "channel"], how="left")
        .join(approved, on="contact_id", how="left")
    )
    reason = (
        pl.when(pl.col("opted_out").is_not_null() | pl.col("opted_out_of_all").is_not_null())
        .then(pl.lit("opted_out"))
        .when(pl.col("bounced").is_not_null())
        .then(pl.lit("bounced"))
        .when("lacks_consent")
        .then(pl.lit("no_consent"))
    )
    return frames.conform(
        joined.with_columns(unusable_reason=reason, is_approved=pl.col("is_approved").fill_null(False)).with_columns(
            is_usable=pl.col("unusable_reason").is_null()
        ),
        frames.CONTACTS,
    )


def _pauses(read: Read, only: Only) -> pl.DataFrame:
    return frames.conform(
        read(f"""
        SELECT 'hold' AS kind, h.receivable_id, h.customer_id, h.reason, h.effective_on AS since, h.until_date AS until,
               NULL::date AS broken_on
        FROM hold h LEFT JOIN ending e ON e.hold_id = h.id AND e.effective_on <= {only.day}
        WHERE e.id IS NULL AND h.effective_on <= {only.day} {only.real("h")}
        UNION ALL
        -- a finding about a document holds all of its instalments
        SELECT 'finding', r.id, f.customer_id, f.code, f.effective_on, NULL, NULL
        FROM finding f LEFT JOIN finding_settled s ON s.finding_id = f.id
        LEFT JOIN receivable named ON named.id = f.receivable_id LEFT JOIN receivable r ON r.invoice_id = named.invoice_id
        WHERE f.holds AND s.id IS NULL AND f.effective_on <= {only.day}
          AND (f.receivable_id IS NOT NULL OR f.customer_id IS NOT NULL)
        UNION ALL
        -- a reply that nobody has settled yet holds its customer for the policy's days
        SELECT 'reply', NULL, p.customer_id, p.kind, p.effective_on, p.hold_until, NULL FROM reply_proposal p
        WHERE p.effective_on <= {only.day} AND p.hold_until >= {only.day} {only.real("p")}
          AND coalesce((SELECT d.outcome FROM reply_decision d WHERE d.proposal_id = p.id AND d.effective_on <= {only.day}
                        ORDER BY d.id DESC LIMIT 1), 'reopened') = 'reopened'
        """),
        frames.PAUSES,
    )


PROMISES: frames.Schema = {
    "promise_id": pl.Int64,
    "customer_id": pl.Int64,
    "receivable_id": pl.Int64,
    "kind": pl.String,
    "amount": pl.Int64,
    "since": pl.Date,
    "until": pl.Date,
}


def _promises(read: Read, only: Only) -> pl.DataFrame:
    promises = frames.conform(
        read(f"""
        SELECT p.id AS promise_id, r.customer_id, p.receivable_id, p.kind, p.amount, p.effective_on AS since, p.promised_date AS until
        FROM promise p JOIN receivable r ON r.id = p.receivable_id LEFT JOIN ending e ON e.promise_id = p.id AND e.effective_on <= {only.day}
        WHERE e.id IS NULL AND p.plan_id IS NULL AND p.effective_on <= {only.day} {only.real("p")} {only.of("r.customer_id")}
        """),
        PROMISES,
    )
    received = frames.conform(
        read(f"""
        SELECT a.receivable_id, a.effective_on AS on, a.amount FROM allocation a
        WHERE a.effective_on <= {only.day} AND a.receivable_id IN (SELECT receivable_id FROM promise)
        """),
        {"receivable_id": pl.Int64, "on": pl.Date, "amount": pl.Int64},
    )
    return promises.join(
        received.group_by("receivable_id").agg(received=pl.struct("on", "amount")), on="receivable_id", how="left"
    )


def plan_parts(creditor_id: int, as_of: date, *, rehearsal: bool, customers: tuple[int, ...] = ()) -> pl.DataFrame:
    """The payments of agreed schedules that were not ended, as of a day (`core.frames.PLAN_PARTS`)."""
    with bulk.reader(creditor_id) as read:
        return _plan_parts(read, Only(as_of, rehearsal, customers))


def _plan_parts(read: Read, only: Only) -> pl.DataFrame:
    parts = read(f"""
        SELECT p.plan_id, p.receivable_id, k.effective_on AS since, p.promised_date AS day, p.amount,
               k.grace_days::bigint, k.reminder_days::bigint
        FROM promise p JOIN payment_plan k ON k.id = p.plan_id
        LEFT JOIN ending e ON e.promise_id = p.id AND e.effective_on <= {only.day}
        WHERE e.id IS NULL AND p.effective_on <= {only.day} {only.real("p")} {only.of("k.customer_id")}
    """)
    came = read(f"""
        SELECT k.id AS plan_id, (x.total - k.received_before)::bigint AS came FROM payment_plan k CROSS JOIN LATERAL (
          SELECT coalesce((SELECT sum(a.amount) FROM allocation a
                           WHERE a.receivable_id = ANY (k.receivables) AND a.effective_on <= {only.day}), 0)
            + coalesce((SELECT sum(w.amount) FROM write_off w
                        WHERE w.receivable_id = ANY (k.receivables) AND w.effective_on <= {only.day}), 0) AS total) x
        WHERE k.effective_on <= {only.day} {only.of("k.customer_id")}
    """)
    return frames.conform(parts.join(came, on="plan_id", how="left"), frames.PLAN_PARTS)


def _choices(read: Read, only: Only) -> pl.DataFrame:
    return frames.conform(
        read(f"""
        SELECT * FROM (
          SELECT DISTINCT ON (scope, target, document, customer_kind) scope, target, document, customer_kind, policy
          FROM policy_choice WHERE effective_on <= {only.day} ORDER BY scope, target, document, customer_kind, id DESC) last
        WHERE policy <> ''  -- a choice that was taken back
        """),
        dict.fromkeys(["scope", "target", "document", "customer_kind", "policy"], pl.String),
    )


def _covered_until(read: Read, only: Only) -> date | None:
    """The last covered day of the stalest required money source."""
    found = read(f"SELECT min(until) AS until FROM ({freshness.required_sql(as_of=only.as_of)}) x")
    return found["until"].cast(pl.Date)[0]


def _document() -> pl.Expr:
    return pl.when("is_request").then(pl.lit("request")).otherwise(pl.lit("invoice"))
