"""The work list as people read it: what waits for a person, by kind, the most pressing kind first, each row with what says why.

Every query is bound by what waits, never by what was ever done: partial indexes and anti-joins lead to the few open rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.cache import cache

from dunwell.core.money import Money
from dunwell.core.page import WAITS_FOR_A_PERSON
from dunwell.core.policy import Policy
from dunwell.store import balances, bulk, call_list, outbox_view, scope
from dunwell.store.call_list import Listed
from dunwell.store.models import Audit
from dunwell.store.outbox_view import Unmatched

ANSWER_DAYS = 7
"""A client who objects has an answer so many days later, unless a person names another day."""
KINDS = ("unknown", "reply", "money", "blocking", "broken", "plan", "task", "approval", "dispute", "credit", "finding")
"""Most pressing first: what may have gone wrong, what holds others up, what was promised, what is due today, what can wait."""

BADGES_S = 60
"""What a delivery leaves open is in no audit chain: it is seen in the side bar within a minute."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that waits for a person. `number` is its record's; `since` the day it waits from; `step` and `reasons` say why.

    `words` are a person's or a file's own words; `until` is the day by which `owner` answers a dispute; `sums` what it is about, per currency.
    `gain` and `is_beyond` are those of a call (`call_list.Listed`).
    """

    kind: str
    number: int
    customer_id: int | None
    customer: str
    since: date
    level: int = 0
    what: str = ""
    step: str = ""
    reasons: str = ""
    words: str = ""
    until: date | None = None
    owner: str = ""
    sums: tuple[Money, ...] = ()
    gain: Money | None = None
    is_beyond: bool = False


def counts(*, creditor_id: int, as_of: date, rehearsal: bool) -> dict[str, int]:
    """How many wait, by kind, in the order of the list; a kind of which nothing waits is left out."""
    # A page whose deeds stand one by one is in no creditor's scope while it is shown.
    with scope.of(creditor_id):
        found = dict(bulk.rows(COUNTS, rehearsal, *[as_of, rehearsal, as_of, as_of], rehearsal, rehearsal, as_of))
    found["money"] = len(unmatched(creditor_id))
    counted = {kind: found[kind] for kind in KINDS if found.get(kind)}
    cache.set(_badges_key(creditor_id, as_of, rehearsal), counted, timeout=BADGES_S)
    return counted


def badges(*, creditor_id: int, as_of: date, rehearsal: bool) -> dict[str, int]:
    """The same for the side bar of every page: counted anew when the creditor's audit chain has grown, or after a minute."""
    found: dict[str, int] | None = cache.get(_badges_key(creditor_id, as_of, rehearsal))
    return counts(creditor_id=creditor_id, as_of=as_of, rehearsal=rehearsal) if found is None else found


def _badges_key(creditor_id: int, as_of: date, rehearsal: bool) -> str:
    return f"waiting-{creditor_id}-{_grown_to(creditor_id)}-{as_of}-{rehearsal}"


def counts_of(own: frozenset[int], *, creditor_id: int, as_of: date, rehearsal: bool) -> dict[str, int]:
    """The same for what concerns these customers alone."""
    sql = " UNION ALL ".join(f"SELECT '{kind}', count(*) FROM {_of_customers(kind)}" for kind in ITEMS)
    given = [value for kind in ITEMS for value in (*_given(kind, as_of, rehearsal), list(own))]
    found = dict(bulk.rows(sql, *given))
    found["money"] = sum(1 for one in unmatched(creditor_id) if one.customer_id in own)
    return {kind: found[kind] for kind in KINDS if found.get(kind)}


def customers_of(owners: Sequence[str]) -> frozenset[int]:
    """The customers that these people look after."""
    return frozenset(row[0] for row in bulk.rows("SELECT id FROM customer WHERE owner = ANY(%s)", list(owners)))


def items(
    kind: str,
    *,
    creditor_id: int,
    as_of: date,
    rehearsal: bool,
    limit: int,
    policies: Iterable[Policy] = (),
    own: frozenset[int] | None = None,
) -> list[Item]:
    """The first rows of a kind, the most pressing first; those of these customers alone where they are named. `policies` order the calls."""
    if kind == "task":
        listed = call_list.tasks(policies, as_of=as_of, rehearsal=rehearsal, limit=limit, own=own)
        owed = _sums(kind, [one.number for one in listed], as_of=as_of, rehearsal=rehearsal)
        return [_task(one, owed.get(one.number, ())) for one in listed]
    if kind == "money":
        return [_money(one) for one in unmatched(creditor_id) if own is None or one.customer_id in own][:limit]
    sql, given = ITEMS[kind], _given(kind, as_of, rehearsal)
    if own is not None:
        sql, given = f"SELECT * FROM {_of_customers(kind)}", [*given, list(own)]
    rows = bulk.rows(f"{sql} LIMIT {int(limit)}", *given)
    sums = _sums(kind, [row[0] for row in rows], as_of=as_of, rehearsal=rehearsal)
    return [replace(Item(kind, *row), sums=sums.get(row[0], ())) for row in rows]


def _of_customers(kind: str) -> str:
    return f"({ITEMS[kind]}) x(number, customer_id) WHERE customer_id = ANY(%s)"


def _given(kind: str, as_of: date, rehearsal: bool) -> list[Any]:
    """What the query of a kind asks for, in its order."""
    given: dict[str, list[Any]] = {
        "unknown": [],
        "reply": [],
        "blocking": [],
        "finding": [],
        "task": [as_of],
        "approval": [],
        "broken": [rehearsal, as_of, rehearsal, as_of, as_of],
        "plan": [rehearsal],
        "dispute": [ANSWER_DAYS, rehearsal],
        "credit": [],
    }
    return given[kind]


def unmatched(creditor_id: int) -> list[Unmatched]:
    """Money that waits, remembered until the creditor's audit chain grows."""
    key = f"unmatched-{creditor_id}-{_grown_to(creditor_id)}"
    found: list[Unmatched] | None = cache.get(key)
    if found is None:
        found = outbox_view.unmatched(creditor_id)
        cache.set(key, found, timeout=None)
    return found


def _grown_to(creditor_id: int) -> int | None:
    rows = Audit.objects.filter(creditor_id=creditor_id).order_by("-sequence").values_list("sequence", flat=True)
    return rows.first()


def _task(one: Listed, sums: tuple[Money, ...]) -> Item:
    return Item(
        "task", one.number, one.customer_id, one.customer, one.since, one.level, one.kind, one.step,
        words=one.words, sums=sums, gain=one.gain, is_beyond=one.is_beyond,
    )  # fmt: skip


def _money(one: Unmatched) -> Item:
    return Item(
        "money",
        one.number,
        one.customer_id,
        one.who,
        one.on,
        what=one.kind,
        words=one.said,
        sums=(Money(one.left, one.currency),),
    )


def _sums(kind: str, numbers: list[int], *, as_of: date, rehearsal: bool) -> dict[int, tuple[Money, ...]]:
    """What the rows are about: a message the sums it names, the others what is still open on their receivables."""
    if kind not in SUMS or not numbers:
        return {}
    text = SUMS[kind]
    if OWED_BY[kind]:
        # Numbers, not a query for them: the database then knows how few they are, and goes by the indexes.
        owed = ", ".join(str(row[0]) for row in bulk.rows(OWED_BY[kind], numbers)) or "NULL"
        text = text.format(balances=balances.balances_sql(as_of=as_of, rehearsal=rehearsal, among=owed))
    found: dict[int, tuple[Money, ...]] = {}
    for number, minor, currency in bulk.rows(text, numbers):
        found[number] = (*found.get(number, ()), Money(minor, currency))
    return found


OPEN_PROMISES = """
SELECT DISTINCT ON (p.receivable_id) p.* FROM promise p
WHERE NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id) AND (%s OR NOT p.rehearsal)
  AND p.plan_id IS NULL
ORDER BY p.receivable_id, p.id DESC
"""
# The earliest payment of each schedule that no longer stands.
MISSED = """
SELECT DISTINCT ON (p.plan_id) p.*, r.customer_id FROM promise p JOIN receivable r ON r.id = p.receivable_id
WHERE p.plan_id IS NOT NULL AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id) AND (%s OR NOT p.rehearsal)
  AND p.promised_date < %s AND NOT EXISTS (SELECT FROM dunwell_plan_stands(p.plan_id, %s))
  AND r.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0)
ORDER BY p.plan_id, p.promised_date
"""
ASKED_PLANS = """
SELECT k.* FROM payment_plan k WHERE k.is_asked AND (%s OR NOT k.rehearsal)
  AND NOT EXISTS (SELECT FROM payment_plan_decision d WHERE d.plan_id = k.id)
"""
BROKEN = f"""
SELECT p.*, r.customer_id FROM ({OPEN_PROMISES}) p JOIN receivable r ON r.id = p.receivable_id
WHERE p.promised_date < %s AND r.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0)
UNION ALL SELECT * FROM ({MISSED}) m
"""
DISPUTED = """
SELECT d.*, r.customer_id, i.number FROM dispute d JOIN receivable r ON r.id = d.receivable_id JOIN invoice i ON i.id = r.invoice_id
WHERE NOT EXISTS (SELECT FROM ending e WHERE e.dispute_id = d.id) AND (%s OR NOT d.rehearsal) AND d.cause <> 'credit_due'
  AND r.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0)
"""
CREDITS_DUE = "SELECT c.* FROM credit_due c WHERE NOT c.rehearsal AND NOT EXISTS (SELECT FROM credit_settled s WHERE s.due_id = c.id)"
OPEN_TASKS = (
    "SELECT t.* FROM task t WHERE t.due_on <= %s AND NOT EXISTS (SELECT FROM task_outcome o WHERE o.task_id = t.id)"
)
OPEN_FINDINGS = "SELECT f.* FROM finding f WHERE NOT EXISTS (SELECT FROM finding_settled s WHERE s.finding_id = f.id)"
OPEN_READINGS = """
SELECT p.* FROM reply_proposal p
WHERE coalesce((SELECT d.outcome FROM reply_decision d WHERE d.proposal_id = p.id ORDER BY d.id DESC LIMIT 1), 'reopened') = 'reopened'
"""
OPEN_ANSWERS = f"""
SELECT a.* FROM page_answer a WHERE a.kind IN ({", ".join(f"'{one}'" for one in WAITS_FOR_A_PERSON)})
  AND coalesce((SELECT s.outcome FROM page_answer_settled s WHERE s.answer_id = a.id ORDER BY s.id DESC LIMIT 1), 'reopened') = 'reopened'
"""
STRAYS = """
SELECT i.* FROM inbound i WHERE i.customer_id IS NULL AND i.kind = 'reply'
  AND NOT EXISTS (SELECT FROM inbound_match m WHERE m.mail_id = i.id)
"""
COUNTS = f"""
SELECT CASE state WHEN 'waiting' THEN 'approval' ELSE 'unknown' END, count(*) FROM message
WHERE state IN ('waiting', 'unknown') GROUP BY state
UNION ALL SELECT 'reply', (SELECT count(*) FROM ({OPEN_READINGS}) p) + (SELECT count(*) FROM ({OPEN_ANSWERS}) a)
  + (SELECT count(*) FROM ({STRAYS}) s)
UNION ALL SELECT 'broken', count(*) FROM ({BROKEN}) b
UNION ALL SELECT 'plan', count(*) FROM ({ASKED_PLANS}) k
UNION ALL SELECT 'dispute', count(*) FROM ({DISPUTED}) d
UNION ALL SELECT 'credit', count(*) FROM ({CREDITS_DUE}) c
UNION ALL SELECT 'task', count(*) FROM ({OPEN_TASKS}) t
UNION ALL SELECT CASE WHEN holds THEN 'blocking' ELSE 'finding' END, count(*) FROM ({OPEN_FINDINGS}) f GROUP BY holds
"""
_FINDINGS = (
    f"SELECT f.id, f.customer_id, coalesce(c.name, ''), f.effective_on, 0, f.code, f.message, f.remedy, '' "
    f"FROM ({OPEN_FINDINGS}) f LEFT JOIN customer c ON c.id = f.customer_id"
)
# number, customer, name, since, level, what, step, reasons, words
ITEMS = {
    "unknown": "SELECT m.id, m.customer_id, c.name, m.slot_on, m.level, m.channel, coalesce(m.step, m.content), '', m.state_reason "
    "FROM message m JOIN customer c ON c.id = m.customer_id WHERE m.state = 'unknown' ORDER BY m.id",
    # `step` says which list of the replies' page it stands in
    "reply": "SELECT id, customer_id, name, since, 0, what, place, '', words FROM ("
    "SELECT p.id, p.customer_id, c.name, p.effective_on AS since, p.kind AS what, 'p' AS place, p.quotation AS words "
    f"FROM ({OPEN_READINGS}) p JOIN customer c ON c.id = p.customer_id UNION ALL "
    "SELECT a.id, a.customer_id, c.name, a.effective_on, a.kind, 'a', w.text "
    f"FROM ({OPEN_ANSWERS}) a JOIN customer c ON c.id = a.customer_id JOIN page_words w ON w.answer_id = a.id UNION ALL "
    "SELECT s.id, NULL, t.sender, s.effective_on, '', 's', t.subject "
    f"FROM ({STRAYS}) s JOIN inbound_content t ON t.mail_id = s.id) x ORDER BY since, place, id",
    "approval": "SELECT m.id, m.customer_id, c.name, m.slot_on, m.level, m.channel, coalesce(m.step, m.content), m.reasons, t.subject "
    "FROM message m JOIN customer c ON c.id = m.customer_id JOIN message_content t ON t.message_id = m.id "
    "WHERE m.state = 'waiting' ORDER BY m.level DESC, m.id",
    "task": f"SELECT t.id, t.customer_id FROM ({OPEN_TASKS}) t",  # counted here; listed in `call_list`
    "broken": "SELECT p.id, p.customer_id, c.name, p.promised_date, 0, i.number, '', '', p.why "
    f"FROM ({BROKEN}) p JOIN customer c ON c.id = p.customer_id JOIN receivable r ON r.id = p.receivable_id "
    "JOIN invoice i ON i.id = r.invoice_id ORDER BY p.promised_date, p.id",
    "plan": "SELECT k.id, k.customer_id, c.name, k.effective_on, 0, '', '', '', k.evidence "
    f"FROM ({ASKED_PLANS}) k JOIN customer c ON c.id = k.customer_id ORDER BY k.id",
    "dispute": "SELECT d.id, d.customer_id, c.name, d.effective_on, 0, d.cause, d.number, '', d.why, "
    "coalesce(k.due_on, d.effective_on + %s) AS until, coalesce(k.owner, c.owner) "
    f"FROM ({DISPUTED}) d JOIN customer c ON c.id = d.customer_id LEFT JOIN LATERAL "
    "(SELECT a.due_on, a.owner FROM dispute_care a WHERE a.dispute_id = d.id ORDER BY a.id DESC LIMIT 1) k ON true ORDER BY until, d.id",
    "credit": "SELECT d.id, r.customer_id, c.name, d.effective_on, 0, d.cause, i.number, '', d.why "
    f"FROM ({CREDITS_DUE}) d JOIN receivable r ON r.id = d.receivable_id JOIN invoice i ON i.id = r.invoice_id "
    "JOIN customer c ON c.id = r.customer_id ORDER BY d.id",
    "blocking": f"{_FINDINGS} WHERE f.holds ORDER BY f.id",
    "finding": f"{_FINDINGS} WHERE NOT f.holds ORDER BY f.id",
}
OWED_BY = {
    "approval": "",
    "unknown": "",
    "task": "SELECT receivable_id FROM task_item WHERE task_id = ANY(%s)",
    "broken": "SELECT receivable_id FROM promise WHERE id = ANY(%s)",
    "plan": "",
    "dispute": "SELECT receivable_id FROM dispute WHERE id = ANY(%s)",
    "credit": "",
}
_NAMED = """
SELECT message_id, sum(amount - credit)::bigint, currency FROM message_item
WHERE part IN ('asked', 'listed') AND message_id = ANY(%s) GROUP BY message_id, currency ORDER BY currency
"""
SUMS = {
    "approval": _NAMED,
    "unknown": _NAMED,
    "task": "SELECT i.task_id, sum(b.balance)::bigint, b.currency FROM task_item i JOIN ({balances}) b USING (receivable_id) "
    "WHERE i.task_id = ANY(%s) AND b.balance > 0 AND NOT b.is_cancelled GROUP BY i.task_id, b.currency ORDER BY b.currency",
    "broken": "SELECT p.id, least(p.amount, b.balance), b.currency FROM promise p JOIN ({balances}) b USING (receivable_id) WHERE p.id = ANY(%s)",
    "credit": "SELECT id, amount, currency FROM credit_due WHERE id = ANY(%s)",
    "plan": "SELECT id, amount, currency FROM payment_plan WHERE id = ANY(%s)",
    "dispute": "SELECT d.id, coalesce(d.amount, b.balance), b.currency FROM dispute d JOIN ({balances}) b USING (receivable_id) WHERE d.id = ANY(%s)",
}
