"""What was done with customers, and what came back: steps behind and under way, contacts, signs of life, what was settled."""

from __future__ import annotations

import polars as pl

from dunwell.core import frames
from dunwell.store.bulk import Read
from dunwell.store.load_only import Only

TOUCHES_DAYS = 45
"""No cap looks further back than a month; the rest is for the minimum gap of slow ladders."""
SIGNS_DAYS = 120
THANKS_DAYS = 10
"""A thank-you for money that came longer ago would only confuse."""


def steps_done(read: Read, only: Only) -> pl.DataFrame:
    """Steps that are behind a receivable: sent, done by a person, or lapsed."""
    return frames.conform(
        read(f"""
        SELECT i.receivable_id, i.step, m.sent_on AS on, 'done' AS state, m.channel, r.contact_id, m.had_link
        FROM message_item i JOIN message m ON m.id = i.message_id
        LEFT JOIN recipient r ON r.message_id = m.id AND NOT r.copy
        WHERE m.state = 'sent' AND i.step IS NOT NULL AND m.sent_on <= {only.day} {only.real("m")} {only.of("m.customer_id")}
        UNION ALL
        SELECT i.receivable_id, i.step, o.effective_on, 'done', t.kind, t.contact_id, false
        FROM task_item i JOIN task t ON t.id = i.task_id JOIN task_outcome o ON o.task_id = t.id
        WHERE o.done AND i.step IS NOT NULL AND o.effective_on <= {only.day} {only.real("t")} {only.of("t.customer_id")}
        UNION ALL
        SELECT l.receivable_id, l.step, l.effective_on, l.state, NULL, NULL, false FROM lapse l
        WHERE l.effective_on <= {only.day} {only.real("l")}
        """),
        frames.STEPS_DONE,
    )


UNDER_WAY_STATES = {
    "planned": "queued",
    "approved": "queued",
    "queued": "queued",
    "claimed": "queued",
    "begun": "queued",
    "failed_temporary": "queued",
    "waiting": "waiting_approval",
    "unknown": "unknown",
}


def under_way(read: Read, only: Only) -> pl.DataFrame:
    """Steps on their way: letters not yet sent, tasks not yet done."""
    states = ", ".join(f"'{state}'" for state in UNDER_WAY_STATES)
    return frames.conform(
        read(f"""
        SELECT i.receivable_id, i.step, m.state, NULL AS task, m.slot_on AS since
        FROM message_item i JOIN message m ON m.id = i.message_id
        WHERE m.state IN ({states}) AND i.step IS NOT NULL AND m.slot_on <= {only.day} {only.real("m")}
          {only.of("m.customer_id")}
        UNION ALL
        SELECT i.receivable_id, coalesce(i.step, t.step), 'task', t.kind, t.effective_on
        FROM task_item i JOIN task t ON t.id = i.task_id LEFT JOIN task_outcome o ON o.task_id = t.id
        WHERE o.id IS NULL AND t.effective_on <= {only.day} {only.real("t")} {only.of("t.customer_id")}
        """).with_columns(pl.col("state").replace(UNDER_WAY_STATES)),
        frames.UNDER_WAY,
    )


def touches(read: Read, only: Only) -> pl.DataFrame:
    """When somebody was contacted, or is today: what caps and gaps count."""
    states = ", ".join(f"'{state}'" for state in UNDER_WAY_STATES)
    return frames.conform(
        read(f"""
        -- What may have arrived counts like what did, and so does what will leave today: nobody is written to twice for that.
        -- Whose address was corrected since is still the person who was written to.
        SELECT k.person_key, m.customer_id, m.channel, coalesce(m.sent_on, m.slot_on) AS on, m.purpose <> 'answer' AS counts,
          m.purpose, m.state = 'waiting' AS is_draft
        FROM recipient r JOIN message m ON m.id = r.message_id
        CROSS JOIN LATERAL (SELECT r.person_key UNION SELECT p.person_key FROM contact_point p WHERE p.contact_id = r.contact_id) k
        WHERE (m.state IN ('sent', 'begun', 'unknown') OR m.state IN ({states}) AND m.slot_on = {only.day})
          AND coalesce(m.sent_on, m.slot_on) BETWEEN {only.since(TOUCHES_DAYS)} AND {only.day} {only.real("m")}
        UNION ALL
        SELECT nullif(person_key, ''), customer_id, channel, effective_on, counts, 'request', false FROM touch t
        WHERE effective_on BETWEEN {only.since(TOUCHES_DAYS)} AND {only.day}
          AND NOT EXISTS (SELECT FROM ending e WHERE e.touch_id = t.id AND e.effective_on <= {only.day})
        """),
        frames.TOUCHES,
    )


def signs(read: Read, only: Only) -> pl.DataFrame:
    """Signs of life: a page opened, a reply, a payment."""
    return frames.conform(
        read(f"""
        SELECT customer_id, kind, effective_on AS on FROM sign s
        WHERE effective_on BETWEEN {only.since(SIGNS_DAYS)} AND {only.day} {only.real("s")} {only.of("customer_id")}
        UNION
        SELECT customer_id, 'paid', date FROM payment
        WHERE customer_id IS NOT NULL AND date BETWEEN {only.since(SIGNS_DAYS)} AND {only.day} {only.of("customer_id")}
        UNION
        SELECT r.customer_id, 'paid', a.effective_on FROM allocation a JOIN receivable r ON r.id = a.receivable_id
        WHERE a.payment_id IS NOT NULL AND a.undoes_id IS NULL AND a.basis <> 'carried'
          AND a.effective_on BETWEEN {only.since(SIGNS_DAYS)} AND {only.day}
          {only.of("r.customer_id")}
        """),
        frames.SIGNS,
    )


def settled(read: Read, only: Only) -> pl.DataFrame:
    """What was settled lately and not yet thanked for."""
    return (
        read(f"""
        WITH late AS (SELECT receivable_id, max(effective_on) AS settled_on FROM allocation
                      WHERE effective_on BETWEEN {only.since(THANKS_DAYS)} AND {only.day} AND payment_id IS NOT NULL AND basis <> 'carried'
                      GROUP BY 1)
        SELECT r.id AS receivable_id, r.customer_id, r.invoice_id, i.kind = 'request' AS is_request, l.settled_on
        FROM late l JOIN receivable r ON r.id = l.receivable_id JOIN invoice i ON i.id = r.invoice_id
        WHERE r.amount + coalesce((SELECT sum(amount) FROM charge WHERE receivable_id = r.id AND effective_on <= {only.day}), 0)
            - coalesce((SELECT sum(amount) FROM write_off WHERE receivable_id = r.id AND effective_on <= {only.day}), 0)
            -- what a request's invoice took over was paid for the request all the same
            - coalesce((SELECT sum(amount) FROM allocation WHERE receivable_id = r.id AND effective_on <= {only.day}
                        AND (i.kind <> 'request' OR basis <> 'carried')), 0) <= 0
          AND NOT EXISTS (SELECT FROM message_item i JOIN message m ON m.id = i.message_id
                          WHERE i.receivable_id = r.id AND i.part = 'thanked' AND m.purpose IN ('thanks', 'lifted')
                            AND m.state NOT IN ('withdrawn', 'failed_permanent') {only.real("m")})
          {only.of("r.customer_id")}
    """)
        .with_columns(document=pl.when("is_request").then(pl.lit("request")).otherwise(pl.lit("invoice")))
        .drop("is_request")
    )
