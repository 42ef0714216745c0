"""The words of the vocabulary for the codes that tables hold, by kind; what has no word is shown as it is stored."""

from __future__ import annotations

from django.utils.translation import get_language, pgettext_lazy

from dunwell.core import policy_words

_ = pgettext_lazy

WORDS = {
    "role": {
        "viewer": _("role", "viewer"),
        "collector": _("role", "collector"),
        "approver": _("role", "approver"),
        "admin": _("role", "administrator"),
    },
    "channel": {
        "email": _("channel", "e-mail"),
        "sms": _("channel", "SMS"),
        "call": _("channel", "call"),
        "letter": _("channel", "letter"),
        "visit": _("channel", "visit"),
        "all": _("channel", "all channels"),
    },
    "state": {
        "planned": _("message", "planned"),
        "waiting": _("message", "waits for approval"),
        "approved": _("message", "approved"),
        "queued": _("message", "queued"),
        "claimed": _("message", "being sent"),
        "begun": _("message", "being sent"),
        "sent": _("message", "sent"),
        "failed_temporary": _("message", "not sent yet, tried again"),
        "failed_permanent": _("message", "not sent"),
        "unknown": _("message", "nobody knows whether it arrived"),
        "withdrawn": _("message", "withdrawn"),
    },
    "cause": {
        "wrong_sum": _("cause", "wrong sum"),
        "quality": _("cause", "quality"),
        "not_delivered": _("cause", "not delivered"),
        "not_ordered": _("cause", "not ordered"),
        "already_paid": _("cause", "already paid"),
        "wrong_party": _("cause", "wrong party"),
        "documents": _("cause", "documents"),
        "other": _("cause", "other"),
    },
    "hold": {
        "asked_for_time": _("hold", "asked for time"),
        "hardship": _("hold", "hardship"),
        "relationship": _("hold", "relationship"),
        "missing_from_complete_file": _("hold", "missing from a complete file"),
        "claimed_paid": _("hold", "says it is paid"),
        "our_side": _("hold", "our side owes something"),
        "unmatched_money": _("hold", "unmatched money"),
        "other": _("hold", "other reason"),
    },
    "customer_state": {
        "insolvent": _("customer", "insolvent"),
        "liquidated": _("customer", "liquidated"),
        "deceased": _("customer", "deceased"),
        "minor": _("customer", "under age"),
        "represented": _("customer", "represented by somebody"),
    },
    "document": {
        "invoice": _("document", "invoice"),
        "request": _("document", "request before work"),
        "credit_note": _("document", "credit note"),
    },
}


def word(kind: str, code: str) -> str:
    """The word for a code; steps and contents of policies have theirs in the core."""
    if kind == "step":
        return policy_words.word(code, (get_language() or "en")[:2])
    return str(WORDS[kind].get(code, code))
