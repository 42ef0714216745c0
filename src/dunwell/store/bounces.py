"""What follows when somebody's mail server refuses: the address is marked, and a person looks for another way (R15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dunwell.core.channel import Reply
from dunwell.core.ledger import TaskKind
from dunwell.store.models import FindingRecord, Message, Recipient, Sign, Task


def record(message_id: int, *, refused: Sequence[Reply], said: str, went: bool, on: date) -> None:
    """Inside the creditor's transaction. A message that went although a copy was refused leaves a finding, else a task."""
    message = Message.objects.select_related("creditor").get(pk=message_id)
    people = {r.address: r for r in Recipient.objects.filter(message=message)}
    for reply in refused:
        if reply.is_dead_address:
            Sign.objects.create(
                creditor=message.creditor,
                effective_on=on,
                customer_id=message.customer_id,
                person_key=people[reply.address].person_key,
                channel=message.channel,
                kind="bounced",
                rehearsal=message.rehearsal,
                why=f"{reply.code} {reply.text}",
            )
        if went:
            FindingRecord.objects.create(
                creditor=message.creditor,
                effective_on=on,
                customer_id=message.customer_id,
                code="recipient_refused",
                message=f"the message of {message.slot_on} went without one recipient: {reply}",
                field="address",
                value=reply.address,
                remedy="Correct the contact's address.",
            )
    if not went:
        Task.objects.create(
            creditor=message.creditor,
            effective_on=on,
            customer_id=message.customer_id,
            run_id=message.run_id,
            kind=TaskKind.NO_CONTACT.value,
            policy=message.policy,
            step=message.step or "",
            level=message.level,
            due_on=on,
            text=f"The message of {message.slot_on} was refused for good: {said}",
            rehearsal=message.rehearsal,
        )
