"""What follows from a reply: proposals for a person, one per thing the customer said. Nothing here takes effect.

The rules are read from the top: what the customer demands, contests or reports comes before what they promise, and whoever said
something that leads to no record is at least read by somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from dunwell.core.inbox import ProposalKind, Proposed, Told
from dunwell.core.reading import Claim, Reading

# The reader's cause of dispute → the ledger's.
CAUSES = {
    "not_received_goods": "not_delivered",
    "quality": "quality",
    "wrong_amount": "wrong_sum",
    "wrong_details": "wrong_party",
    "duplicate": "already_paid",
    "not_ordered": "not_ordered",
    "missing_document": "documents",
}
ASKED_OF_US = {
    "request_document": "document",
    "request_payment_details": "answer",
    "request_instalments": "answer",
    "request_extension": "answer",
    "question": "answer",
}
ANSWER_OWED_FROM = 0.5
STOP_FROM = 0.5
"""From this confidence on "stop writing to me" works at once; a doubtful one is read by a person while the chase holds."""


def proposals(reading: Reading, told: Told, on: date) -> list[Proposed]:
    """What a person is asked to accept, edit or reject."""
    said = {claim.value: claim for claim in reading.intents}
    found = [one for rule in RULES for one in rule(reading, said, told, on)]
    if not found and reading.needs_human:
        topic = reading.primary or ""
        claim = said.get(topic)
        found.append(
            Proposed(
                ProposalKind.LOOK,
                {"topic": topic},
                claim.quotation if claim else "",
                claim.confidence if claim else 0.0,
            )
        )
    return found


def absence(reading: Reading, told: Told, on: date) -> date | None:
    """The last day on which it makes no sense to write, after an automatic answer; at most the policy's longest pause."""
    if reading.return_date is None or reading.return_date.value <= on:
        return None
    return min(reading.return_date.value - timedelta(1), on + timedelta(told.pause_days_max))


def demands_stop(reading: Reading) -> Claim[str] | None:
    """The clear demand to stop writing, as said."""
    stop = next((claim for claim in reading.intents if claim.value == "stop_contact"), None)
    return stop if stop and stop.confidence >= STOP_FROM else None


Said = dict[str, Claim[str]]


def _stop(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    if "stop_contact" in said:
        yield _proposed(ProposalKind.STOP, said["stop_contact"], address=told.sender, channel=told.channel)


def _dispute(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    if "dispute" in said:
        reason = reading.dispute_reason.value if reading.dispute_reason else ""
        yield _proposed(
            ProposalKind.DISPUTE, said["dispute"], cause=CAUSES.get(reason, "other"), invoices=_numbers(told)
        )


def _claimed_paid(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    """Money that is said to be on its way is waited for, so long as the policy says; the ledger decides whether it came."""
    if "already_paid" in said and "dispute" not in said:
        paid_on = reading.paid_on.value.isoformat() if reading.paid_on else None
        until = (on + timedelta(told.claimed_paid_days)).isoformat()
        yield _proposed(
            ProposalKind.CLAIMED_PAID, said["already_paid"], until=until, paid_on=paid_on, invoices=_numbers(told)
        )


def _promise(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    if reading.promised_date and "promise_to_pay" in said:
        amount = str(reading.promised_amount.value) if reading.promised_amount else None
        until = reading.promised_date.value.isoformat()
        yield _proposed(
            ProposalKind.PROMISE, reading.promised_date, until=until, amount=amount, invoices=_numbers(told)
        )


def _agree(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    """A plain yes to the terms that were sent; whoever objects or asks to be left alone has not agreed."""
    if told.agreed and not {"dispute", "stop_contact"} & said.keys():
        yield Proposed(ProposalKind.AGREE, {"words": told.agreed}, told.agreed, 1.0)


def _absent(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    until = absence(reading, told, on) if "out_of_office" in said else None
    if until and reading.return_date and not reading.promised_date:
        yield _proposed(ProposalKind.HOLD, reading.return_date, until=until.isoformat(), reason="other")


def _hardship(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    if "hardship" in said:
        until = (on + timedelta(told.pause_days_max)).isoformat()
        yield _proposed(ProposalKind.HOLD, said["hardship"], until=until, reason="hardship")


def _contact(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    if reading.redirect_contact:
        address = reading.redirect_contact.value
        yield _proposed(
            ProposalKind.CONTACT,
            reading.redirect_contact,
            address=address,
            channel="email" if "@" in address else "call",
        )


def _owed(reading: Reading, said: Said, told: Told, on: date) -> Iterable[Proposed]:
    """What the customer asked of us: until it is given, firm steps wait (I19)."""
    for intent, what in ASKED_OF_US.items():
        if intent in said and (said[intent].confidence >= ANSWER_OWED_FROM or intent == reading.primary):
            parts = reading.instalments.value if intent == "request_instalments" and reading.instalments else None
            yield _proposed(ProposalKind.ANSWER, said[intent], what=what, topic=intent, parts=parts)


RULES: tuple[Callable[[Reading, Said, Told, date], Iterable[Proposed]], ...] = (
    _stop,
    _dispute,
    _claimed_paid,
    _promise,
    _agree,
    _absent,
    _hardship,
    _contact,
    _owed,
)


def _numbers(told: Told) -> list[str]:
    return [one.number for one in told.documents]


def _proposed(kind: ProposalKind, claim: Claim[Any], **values: Any) -> Proposed:
    kept = {name: value for name, value in values.items() if value is not None}
    return Proposed(kind, kept, claim.quotation, round(claim.confidence, 2))
