"""What a plan leads to, written: tasks for people, findings about letters that could not be written, drafts withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.core.refusal import Finding
from dunwell.store import bulk, scope
from dunwell.store.models import FindingRecord, Message, Task, TaskItem

BATCH = 2_000
UNSENT = ("planned", "waiting", "approved", "queued", "failed_temporary")


@dataclass(frozen=True, slots=True)
class NewTask:
    customer_id: int
    contact_id: int | None
    kind: str
    policy: str
    step: str
    level: int
    text: str
    items: tuple[tuple[int, str | None], ...]  # receivable, step


def withdraw_before(creditor_id: int, day: date, *, rehearsal: bool) -> int:
    """Drafts and queued messages of earlier days are not sent any more: what they would say is planned anew."""
    with scope.of(creditor_id):
        return bulk.execute(
            "UPDATE message SET state = 'withdrawn', state_reason = 'planned_anew' "
            "WHERE slot_on < %s AND rehearsal = %s AND state = ANY(%s)",
            day,
            rehearsal,
            list(UNSENT),
        )


def tasks(creditor_id: int, run_id: int, new: Iterable[NewTask], *, as_of: date, rehearsal: bool, by: str) -> int:
    """Put tasks on the work list; a book without contacts gives one for every customer."""
    wanted = list(new)
    with scope.of(creditor_id):
        rows = Task.objects.bulk_create(
            (
                Task(
                    creditor_id=creditor_id,
                    effective_on=as_of,
                    by=by,
                    customer_id=one.customer_id,
                    contact_id=one.contact_id,
                    run_id=run_id,
                    kind=one.kind,
                    policy=one.policy,
                    step=one.step,
                    level=one.level,
                    due_on=as_of,
                    text=one.text,
                    rehearsal=rehearsal,
                )
                for one in wanted
            ),
            batch_size=BATCH,
        )
        TaskItem.objects.bulk_create(
            (
                TaskItem(creditor_id=creditor_id, task=row, receivable_id=receivable, step=step)
                for row, one in zip(rows, wanted, strict=True)
                for receivable, step in one.items
            ),
            batch_size=BATCH,
        )
    return len(rows)


def task_of_message(creditor_id: int, message_id: int, key: str) -> int:
    """What a message asks a person to do, on the work list once per key; gives the task's number."""
    with scope.of(creditor_id):
        message = Message.objects.select_related("content_row").get(pk=message_id)
        task, is_new = Task.objects.get_or_create(
            creditor_id=creditor_id,
            key=key,
            defaults={
                "effective_on": message.slot_on,
                "by": "deliver",
                "customer_id": message.customer_id,
                "run_id": message.run_id,
                "kind": message.channel,
                "policy": message.policy,
                "step": message.step or "",
                "level": message.level,
                "due_on": message.slot_on,
                "text": message.content_row.text,
                "rehearsal": message.rehearsal,
            },
        )
        if is_new:
            TaskItem.objects.bulk_create(
                TaskItem(creditor_id=creditor_id, task=task, receivable_id=item.receivable_id, step=item.step)
                for item in message.items.filter(part="asked")
            )
    return task.pk


def findings(creditor_id: int, found: Sequence[tuple[int | None, Finding]], *, as_of: date, by: str) -> int:
    """Findings of a run, with the customer they concern; one that stands open already is not repeated."""
    with scope.of(creditor_id):
        known = set(FindingRecord.objects.filter(findingsettled=None).values_list("code", "customer_id", "message"))
        fresh = {(one.code, customer, one.message): one for customer, one in found}
        FindingRecord.objects.bulk_create(
            FindingRecord(
                creditor_id=creditor_id,
                effective_on=as_of,
                by=by,
                code=one.code,
                message=one.message,
                file_name=one.file,
                line=one.line,
                field=one.field,
                value=one.value,
                remedy=one.remedy,
                customer_id=customer,
            )
            for (code, customer, message), one in fresh.items()
            if (code, customer, message) not in known
        )
    return len(fresh)
