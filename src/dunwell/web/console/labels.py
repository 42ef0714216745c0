"""The words of the vocabulary for the codes that tables hold, by kind; what has no word is shown as it is stored."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import pgettext_lazy as term

from dunwell.core import policy_words, reasons

WORDS = {
    "role": {
        "viewer": term("role", "viewer"),
        "collector": term("role", "collector"),
        "approver": term("role", "approver"),
        "admin": term("role", "administrator"),
    },
    "channel": {
        "email": term("channel", "e-mail"),
        "sms": term("channel", "SMS"),
        "call": term("channel", "call"),
        "letter": term("channel", "letter"),
        "visit": term("channel", "visit"),
        "all": term("channel", "all channels"),
    },
    "state": {
        "planned": term("message", "planned"),
        "waiting": term("message", "waits for approval"),
        "approved": term("message", "approved"),
        "queued": term("message", "queued"),
        "claimed": term("message", "being sent"),
        "begun": term("message", "being sent"),
        "sent": term("message", "sent"),
        "failed_temporary": term("message", "not sent yet, tried again"),
        "failed_permanent": term("message", "not sent"),
        "unknown": term("message", "nobody knows whether it arrived"),
        "withdrawn": term("message", "withdrawn"),
    },
    "cause": {
        "wrong_sum": term("cause", "wrong sum"),
        "quality": term("cause", "quality"),
        "not_delivered": term("cause", "not delivered"),
        "not_ordered": term("cause", "not ordered"),
        "already_paid": term("cause", "already paid"),
        "wrong_party": term("cause", "wrong party"),
        "documents": term("cause", "documents"),
        "other": term("cause", "other"),
    },
    "hold": {
        "asked_for_time": term("hold", "asked for time"),
        "hardship": term("hold", "hardship"),
        "relationship": term("hold", "relationship"),
        "missing_from_complete_file": term("hold", "missing from a complete file"),
        "claimed_paid": term("hold", "says it is paid"),
        "our_side": term("hold", "our side owes something"),
        "unmatched_money": term("hold", "unmatched money"),
        "other": term("hold", "other reason"),
    },
    "customer_state": {
        "insolvent": term("customer", "insolvent"),
        "liquidated": term("customer", "liquidated"),
        "deceased": term("customer", "deceased"),
        "minor": term("customer", "under age"),
        "represented": term("customer", "represented by somebody"),
    },
    "scope": {
        "creditor": term("scope", "company"),
        "segment": term("scope", "segment"),
        "customer": term("scope", "customer"),
        "invoice": term("scope", "invoice"),
    },
    "tone": {
        "warm": term("tone", "warm"),
        "friendly": term("tone", "friendly"),
        "neutral": term("tone", "neutral"),
        "firm": term("tone", "firm"),
        "formal": term("tone", "formal"),
    },
    "contact_role": {
        "requester": term("contact", "who ordered"),
        "payable": term("contact", "accounts payable"),
        "manager": term("contact", "manager"),
        "finance": term("contact", "finance"),
        "director": term("contact", "director"),
        "representative": term("contact", "representative"),
    },
    "customer_kind": {
        "business": term("customer", "business"),
        "person": term("customer", "person"),
    },
    "sheet": {
        "auto": term("sheet", "see by itself"),
        "invoices": term("sheet", "invoices"),
        "customers": term("sheet", "customers"),
        "payments": term("sheet", "payments"),
        "statement": term("sheet", "bank statement"),
    },
    "field": {
        "customer_id": term("field", "customer's id"),
        "customer_name": term("field", "customer's name"),
        "customer_tax_id": term("field", "customer's tax number"),
        "customer_kind": term("field", "business or person"),
        "registration_number": term("field", "registration number"),
        "country": term("field", "country"),
        "language": term("field", "language"),
        "timezone": term("field", "time zone"),
        "address": term("field", "address"),
        "contact_name": term("field", "contact person"),
        "contact_role": term("field", "role of the contact"),
        "email": term("field", "e-mail"),
        "email_payable": term("field", "e-mail of accounts payable"),
        "phone": term("field", "telephone"),
        "group": term("field", "group of companies"),
        "segment": term("field", "segment"),
        "policy": term("field", "policy"),
        "owner": term("field", "owner"),
        "payment_terms": term("field", "payment terms"),
        "preferred_channel": term("field", "preferred channel"),
        "external_id": term("field", "id in the other program"),
        "series": term("field", "series"),
        "number": term("field", "number of the document"),
        "kind": term("field", "kind of document"),
        "issue_date": term("field", "issue date"),
        "due_date": term("field", "due date"),
        "valid_until": term("field", "valid until"),
        "currency": term("field", "currency"),
        "total": term("field", "total"),
        "paid": term("field", "paid"),
        "paid_on": term("field", "paid on"),
        "balance": term("field", "still open"),
        "status": term("field", "status"),
        "disputed": term("field", "disputed"),
        "sent_on": term("field", "sent on"),
        "last_reminded": term("field", "last reminded"),
        "credited_number": term("field", "credited invoice"),
        "order_number": term("field", "order number"),
        "what_for": term("field", "what for"),
        "note": term("field", "note"),
        "instalment": term("field", "instalment"),
        "line_description": term("field", "line: description"),
        "line_quantity": term("field", "line: quantity"),
        "line_price": term("field", "line: price"),
        "line_total": term("field", "line: total"),
        "date": term("field", "date of the payment"),
        "amount": term("field", "sum"),
        "payer_account": term("field", "payer's account"),
        "payer_name": term("field", "payer"),
        "remittance": term("field", "remittance information"),
        "reference": term("field", "payment reference"),
        "invoice_number": term("field", "invoice number"),
    },
    "document": {
        "invoice": term("document", "invoice"),
        "request": term("document", "request before work"),
        "credit_note": term("document", "credit note"),
    },
}


def sentences(text: str) -> list[str]:
    """The sentences of recorded reasons, the names of steps, roles and channels in the person's words."""
    locale = (get_language() or "en")[:2]
    told = (f"{code}={policy_words.word(value, locale)}" if value else code for code, value in reasons.parse(text))
    return reasons.sentences(reasons.SEPARATOR.join(told), locale) if text else []


def word(kind: str, code: str) -> str:
    """The word for a code; steps and contents of policies have theirs in the core."""
    if kind == "step":
        return policy_words.word(code, (get_language() or "en")[:2])
    return str(WORDS[kind].get(code, code))
