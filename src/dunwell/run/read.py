"""`dunwell read`: labelled-conversation records in, readings out, one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from dunwell.core.reading import CallContext, Claim, OpenInvoice, Reader, Reading, ReplyContext, Turn
from dunwell.core.refusal import Refusal
from dunwell.plugins.readers import READERS
from dunwell.plugins.readers.remote import Endpoint


class RecordUnreadable(Refusal):
    """Line {line} is not a record with an id and a text or turns: {reason}."""


def read_lines(lines: Iterable[str], reader: Reader | None = None) -> Iterator[str]:
    """One answer per record, in order; a line that is no record gets an answer that says so."""
    reader = reader or READERS["local"]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = answer_to(_record(line, number), reader)
        except RecordUnreadable as refusal:
            answer = {"error": str(refusal)}
        yield json.dumps(answer, ensure_ascii=False)


def reader_at(address: str, model: str, key: str) -> Reader:
    """The reader of this machine, or one that also asks an address; what that one says is believed only where the text shows it."""
    return READERS["openai"](Endpoint(address, model, key)) if address else READERS["local"]()


def answer_to(record: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """The reading of one record in the contract of the labelled conversations, quotations beside it."""
    if "turns" in record:
        return {"id": record["id"], **_call_values(record, reader)}
    reading = reader.read(str(record["text"]), reply_context(record))
    return {"id": record["id"], "expected": reply_values(reading), "quotations": _quotations(reading)}


def reply_context(record: dict[str, Any]) -> ReplyContext:
    return ReplyContext(
        received_on=_day(record.get("received_at")),
        lang=str(record.get("lang") or ""),
        channel=str(record.get("channel") or "email"),
        invoices=tuple(_invoice(one) for one in record.get("invoices") or () if isinstance(one, dict)),
    )


def call_context(record: dict[str, Any]) -> CallContext:
    invoice = record.get("invoice")
    return CallContext(
        held_on=_day(record.get("held_at")),
        lang=str(record.get("lang") or ""),
        invoice=_invoice(invoice) if isinstance(invoice, dict) else None,
    )


def reply_values(reading: Reading) -> dict[str, Any]:
    """The claims as plain values, None where the reader abstains."""
    return {
        "intents": [claim.value for claim in reading.intents],
        "primary_intent": reading.primary,
        "promised_date": _plain(reading.promised_date),
        "promised_amount": _plain(reading.promised_amount),
        "paid_on": _plain(reading.paid_on),
        "dispute_reason": _plain(reading.dispute_reason),
        "instalments": _plain(reading.instalments),
        "redirect_contact": _plain(reading.redirect_contact),
        "return_date": _plain(reading.return_date),
        "needs_human": reading.needs_human,
        "pause_reminders": reading.pause_reminders,
        "sentiment": reading.sentiment,
    }


def _call_values(record: dict[str, Any], reader: Reader) -> dict[str, Any]:
    turns = [
        Turn(str(one.get("speaker")), str(one.get("text") or "")) for one in record["turns"] if isinstance(one, dict)
    ]
    review = reader.review(turns, call_context(record))
    return {
        "expected": {
            "checklist": {item: claim.value for item, claim in review.checklist.items()},
            "objection": review.objection.value,
            "outcome": review.outcome.value,
            "promised_date": _plain(review.promised_date),
            "promised_amount": _plain(review.promised_amount),
        },
        "quotations": {item: claim.quotation for item, claim in review.checklist.items() if claim.quotation},
    }


def _quotations(reading: Reading) -> dict[str, dict[str, Any]]:
    claims: dict[str, Claim[Any] | None] = {claim.value: claim for claim in reading.intents}
    for name in (
        "promised_date",
        "promised_amount",
        "paid_on",
        "dispute_reason",
        "instalments",
        "redirect_contact",
        "return_date",
    ):
        claims[name] = getattr(reading, name)
    return {
        name: {"text": claim.quotation, "confidence": round(claim.confidence, 2)}
        for name, claim in claims.items()
        if claim
    }


def _plain(claim: Claim[Any] | None) -> Any:
    if claim is None:
        return None
    if isinstance(claim.value, date):
        return claim.value.isoformat()
    if isinstance(claim.value, Decimal):
        return str(
            claim.value.normalize().quantize(Decimal(1))
            if claim.value == claim.value.to_integral_value()
            else claim.value
        )
    return claim.value


def _record(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise RecordUnreadable(line=number, reason=str(fault)) from None
    if (
        not isinstance(record, dict)
        or "id" not in record
        or not ("text" in record or isinstance(record.get("turns"), list))
    ):
        raise RecordUnreadable(line=number, reason="a field is missing")
    try:
        _day(record.get("held_at") if "turns" in record else record.get("received_at"))
    except ValueError as fault:
        raise RecordUnreadable(line=number, reason=str(fault)) from None
    return record


def _day(written: Any) -> date:
    return date.fromisoformat(str(written)[:10])


def _invoice(written: dict[str, Any]) -> OpenInvoice:
    due = written.get("due_date")
    return OpenInvoice(
        number=str(written.get("number") or ""),
        amount=Decimal(str(written.get("amount") or 0)),
        currency=str(written.get("currency") or ""),
        due_date=_day(due) if due else None,
    )
