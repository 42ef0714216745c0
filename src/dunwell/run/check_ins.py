"""Contact between invoices: whoever has long heard nothing of us and owes nothing late is asked how they are.

The day makes it a person's task, a few at a time; the person calls, or sends a letter that was looked at first and asks for nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.core.assignment import Case
from dunwell.core.ledger import CustomerKind, DocumentKind, Purpose, TaskKind
from dunwell.core.refusal import Refusal
from dunwell.run import news, policies, portfolio, subjects
from dunwell.run.news import Prepared
from dunwell.store import load_news, scope, switches
from dunwell.store.models import Creditor, Customer, Task, TaskOutcome

A_DAY_MAX = 5
"""So many a day: a kind call takes its time."""
STEP = Purpose.CHECK_IN.value


class SomethingLate(Refusal):
    """{customer} owes something that is late: a friendly note would read like a reminder. Call, or write by hand."""


def run(creditor: Creditor, as_of: date, *, rehearsal: bool, by: str) -> int:
    """Put today's few on the work list; gives how many."""
    gaps = {policy.check_in_days for policy in policies.load_all().values()} - {0}
    if not gaps:
        return 0
    quiet = load_news.quiet(creditor.pk, as_of, as_of - timedelta(min(gaps)), rehearsal=rehearsal)
    cases = [
        Case(
            document=DocumentKind.INVOICE,
            customer_kind=CustomerKind(one.kind),
            invoice="",
            customer=str(one.customer_id),
            segments=frozenset({one.segment} - {""}),
        )
        for one in quiet
    ]
    chosen = portfolio.policies_of(creditor.pk, as_of, cases)
    wanted = [
        one
        for one, policy in zip(quiet, chosen, strict=True)
        if policy.check_in_days and one.heard_on <= as_of - timedelta(policy.check_in_days)
    ][:A_DAY_MAX]
    with scope.of(creditor.pk):
        for one in wanted:
            Task.objects.create(
                creditor=creditor,
                effective_on=as_of,
                by=by,
                why="",
                customer_id=one.customer_id,
                rehearsal=rehearsal,
                kind=TaskKind.CARE.value,
                step=STEP,
                due_on=as_of,
            )
    return len(wanted)


def letter(creditor: Creditor, customer_name: str | Customer, words: str, *, on: date) -> Prepared:
    """A note that asks how they are and for nothing else, to whoever had the last letter; `words` are a person's own. Nothing is queued."""
    rehearsal = not switches.is_live(creditor.pk)
    customer = subjects.customer(creditor, customer_name)
    last = load_news.last_letter(creditor.pk, customer_id=customer.pk, rehearsal=rehearsal)
    if last is None:
        raise news.NothingWasSent(what=customer.name)
    if load_news.is_late(creditor.pk, customer.pk, on):
        raise SomethingLate(customer=customer.name)
    return news.prepare(
        creditor, Purpose.CHECK_IN, last.reader, [], on=on, rehearsal=rehearsal, said={"next_step": words}
    )


def send(creditor: Creditor, prepared: Prepared, *, by: str, why: str) -> int:
    """Queue the note that was looked at; the task that asked for it is done. Gives how many were added: a second time none."""
    added = news.send(creditor, prepared, by=by, why=why)
    on, customer = prepared.draft.slot_on, prepared.letter.action["customer_id"]
    with scope.of(creditor.pk):
        for task in Task.objects.filter(customer_id=customer, kind=TaskKind.CARE.value, step=STEP, outcome=None):
            fact = {"creditor": creditor, "effective_on": on, "by": by, "why": why}
            TaskOutcome.objects.create(**fact, task=task, outcome="written", done=True)
    return added
