"""The work list: what waits for a person today, ordered by what matters, each row saying why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core.money import Money
from dunwell.run import policies, portal_desk, rights
from dunwell.store import call_list, inbox, outbox_view, scope, switches
from dunwell.store.models import Creditor, FindingRecord, Task

ROWS_MAX = 200
"""More than a person does in a day; the counts are always whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is limitation, approval, unknown, reply, mail, answer, task, money, credit or finding; `command` is what to type."""

    kind: str
    number: int
    who: str
    why: str
    command: str


def ending(creditor: Creditor, on: date) -> list[Row]:
    """Debts that are about to be time-barred, or are."""
    return [
        Row(
            "limitation",
            one.receivable_id,
            one.customer,
            f"{one.number}: its limitation {'is over since' if one.is_over else 'ends on'} {one.last_day}",
            f"dunwell claim {one.number} | dunwell acknowledged {one.number} --on …",
        )
        for one in rights.ending(creditor, on)[:ROWS_MAX]
    ]


def rows(creditor: Creditor, on: date) -> list[Row]:
    """Unknown deliveries first, then replies, money, answers of clients, tasks, approvals and findings."""
    with scope.of(creditor.pk):
        return [
            *(
                Row(
                    "unknown",
                    one.pk,
                    one.customer.name,
                    f"nobody knows whether message {one.pk} arrived: {one.state_reason}",
                    f"dunwell settle {one.pk} --sent | --not-sent",
                )
                for one in outbox_view.unknown(creditor.pk)[:ROWS_MAX]
            ),
            *(
                Row(
                    "reply",
                    one.pk,
                    one.customer.name,
                    f"{one.kind}: “{one.quotation}” – letters wait until {one.hold_until}",
                    f"dunwell reply {one.pk} --accept | --reject",
                )
                for one in inbox.unsettled()[:ROWS_MAX]
            ),
            *(
                Row(
                    "mail",
                    one.pk,
                    one.content.sender,
                    f"nobody knows whose mail this is: {one.content.subject}",
                    f"dunwell inbox match {one.pk} CUSTOMER",
                )
                for one in inbox.unmatched()[:ROWS_MAX]
            ),
            *(
                Row(
                    "money",
                    one.number,
                    one.who,
                    f"{Money(one.left, one.currency)} of {one.on} is not matched: {one.said or 'no reference'}"
                    + (f"; perhaps for {one.proposed}" if one.proposed else ""),
                    f"dunwell allocate {one.number} INVOICE | dunwell on-account {one.number} CUSTOMER",
                )
                if one.kind == "payment"
                else Row(
                    "credit",
                    one.number,
                    one.who,
                    f"{Money(one.left, one.currency)} of credit note {one.said} is left: letters deduct it from what is due",
                    "",
                )
                for one in outbox_view.unmatched(creditor.pk)[:ROWS_MAX]
            ),
            *(
                Row(
                    "answer",
                    one.pk,
                    one.customer.name,
                    f"{one.kind.replace('_', ' ')} on the pay page{': ' + one.cause if one.cause else ''}: "
                    f"{' '.join(filter(None, (one.words.text, one.words.name, one.words.email, one.words.phone)))}",
                    f"dunwell answer {one.pk} --outcome done | refused",
                )
                for one in portal_desk.waiting(creditor)[:ROWS_MAX]
            ),
            *(
                Row(
                    "task",
                    one.pk,
                    one.customer.name,
                    f"{one.kind}{f' – step {one.step}' if one.step else ''}, since {one.due_on}"
                    + (f"; about {gain} of it may turn on a call" if gain else ""),
                    f"dunwell task {one.pk} --outcome …",
                )
                for one, gain in _tasks(creditor, on)
            ),
            *(
                Row(
                    "approval",
                    one.pk,
                    one.customer.name,
                    f"{one.step or one.purpose} by {one.channel}: {one.content_row.subject}",
                    f"dunwell approve {one.pk}",
                )
                for one in outbox_view.waiting(creditor.pk)[:ROWS_MAX]
            ),
            *(
                Row(
                    "finding",
                    one.pk,
                    f"{one.file_name}:{one.line}" if one.line else one.file_name,
                    f"{_document(one)}{one.message} {one.remedy}".strip(),
                    f"dunwell finding {one.pk} --outcome …",
                )
                for one in outbox_view.open_findings(creditor.pk)[:ROWS_MAX]
            ),
        ]


def _tasks(creditor: Creditor, on: date) -> list[tuple[Task, Money | None]]:
    """The open tasks in the order of the call list, each with what may turn on it; those of days to come last."""
    listed = call_list.tasks(
        policies.load_all().values(), as_of=on, rehearsal=not switches.is_live(creditor.pk), limit=ROWS_MAX
    )
    gains = {one.number: (place, one.gain) for place, one in enumerate(listed)}
    found = [(one, *gains.get(one.pk, (ROWS_MAX, None))) for one in outbox_view.open_tasks(creditor.pk)]
    return [(task, gain) for task, _, gain in sorted(found, key=lambda row: row[1])[:ROWS_MAX]]


def _document(finding: FindingRecord) -> str:
    """The document that a finding holds, as `dunwell explain` takes it."""
    if finding.receivable is None:
        return ""
    return f"{finding.receivable.invoice.number}@{finding.receivable.invoice.issue_date}: "
