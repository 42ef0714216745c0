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
    "ending": {
        "kept": term("ending", "kept"),
        "taken_back": term("ending", "taken back"),
        "withdrawn": term("ending", "withdrawn"),
        "accepted": term("ending", "accepted"),
        "rejected": term("ending", "rejected"),
        "lifted": term("ending", "lifted"),
    },
    "sign": {
        "opened": term("sign", "Opened"),
        "replied": term("sign", "Answered"),
        "bounced": term("sign", "Came back: the address is dead"),
    },
    "owes": {"answer": term("owes", "an answer"), "document": term("owes", "a document")},
    "contact": {
        "requester": term("contact", "requester"),
        "payable": term("contact", "accounts payable"),
        "manager": term("contact", "manager"),
        "finance": term("contact", "finance director"),
        "director": term("contact", "director"),
        "representative": term("contact", "representative"),
    },
    "decision": {
        "act": term("decision", "is asked for now"),
        "join": term("decision", "joins a message"),
        "task": term("decision", "a person acts"),
        "wait": term("decision", "waits"),
        "hold": term("decision", "on hold"),
        "none": term("decision", "nothing to do"),
    },
    "fact": {
        "document": term("fact", "document"),
        "currency": term("fact", "currency"),
        "balance": term("fact", "balance"),
        "disputed": term("fact", "disputed part"),
        "issue_date": term("fact", "issued"),
        "due_date": term("fact", "due"),
        "valid_until": term("fact", "valid until"),
        "known_on": term("fact", "known to us since"),
        "requested_on": term("fact", "sent to the client"),
        "is_imported_late": term("fact", "overdue when taken over"),
        "debit_pending_until": term("fact", "direct debit under way until"),
        "kind": term("fact", "customer"),
        "country": term("fact", "country"),
        "state": term("fact", "state"),
        "unmatched_hold": term("fact", "unmatched money holds"),
        "woken_on": term("fact", "woken up"),
        "owes": term("fact", "our side owes"),
    },
    "fact_value": {
        "business": term("fact", "a business"),
        "person": term("fact", "a person"),
        "invoice": term("document", "invoice"),
        "request": term("document", "request before work"),
    },
    "rung": {
        "done": term("rung", "done"),
        "passed": term("rung", "passed over"),
        "lapsed": term("rung", "no longer needed"),
        "next": term("rung", "next"),
        "later": term("rung", "later"),
    },
    "basis": {
        "manual": term("basis", "by hand"),
        "undo": term("basis", "taken back"),
        "reference": term("basis", "named in the payment"),
        "exact_sum": term("basis", "the sum fits exactly"),
        "oldest_first": term("basis", "the oldest first"),
        "credited_invoice": term("basis", "named in the credit note"),
        "sheet": term("basis", "reported by the sheet"),
    },
    "pause": {
        "promise": term("pause", "Promise"),
        "dispute": term("pause", "Dispute"),
        "hold": term("pause", "Hold"),
        "state": term("pause", "State"),
        "owes": term("pause", "Our side"),
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
