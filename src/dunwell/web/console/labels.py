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
