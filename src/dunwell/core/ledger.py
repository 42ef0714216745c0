"""The nouns' closed lists: what kinds of documents, people, states and pauses there are.

Values are stored as these short words, so that a row can be read without the program.
"""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    REQUEST = "request"  # a request before work: счёт на оплату, проформа, аванс; never overdue
    CREDIT_NOTE = "credit_note"


class CustomerKind(StrEnum):
    BUSINESS = "business"
    PERSON = "person"


class Role(StrEnum):
    """What a contact is responsible for at the customer, from the usual recipient upwards."""

    REQUESTER = "requester"
    PAYABLE = "payable"  # accounts payable
    MANAGER = "manager"
    FINANCE = "finance"
    DIRECTOR = "director"
    REPRESENTATIVE = "representative"  # the lawyer, guardian or administrator; the only one contacted when there is one


USUAL_RECIPIENTS = (Role.PAYABLE, Role.REQUESTER)


class CustomerState(StrEnum):
    """A state of the customer that stops the ladder, from the day it is recorded."""

    INSOLVENT = "insolvent"
    LIQUIDATED = "liquidated"
    DECEASED = "deceased"
    MINOR = "minor"
    REPRESENTED = "represented"


class HoldReason(StrEnum):
    ASKED_FOR_TIME = "asked_for_time"
    HARDSHIP = "hardship"
    SURVEY = "survey"  # they said that they are not happy with us
    RELATIONSHIP = "relationship"
    MISSING_FROM_COMPLETE_FILE = "missing_from_complete_file"
    CLAIMED_PAID = "claimed_paid"
    OUR_SIDE = "our_side"
    UNMATCHED_MONEY = "unmatched_money"
    OTHER = "other"


class OurDebt(StrEnum):
    """What *our* side still owes the client before a firm step (I19)."""

    ANSWER = "answer"
    DOCUMENT = "document"


class Purpose(StrEnum):
    REQUEST = "request"
    THANKS = "thanks"
    ANSWER = "answer"
    CHECK_IN = "check_in"
    # Each is the key of its own text (core.message.NEWS_KEYS).
    APOLOGY = "apology"
    LIFTED = "lifted"
    BANK_DETAILS = "bank_details"
    DISPUTE_ACCEPTED = "dispute_accepted"
    DISPUTE_REJECTED = "dispute_rejected"
    AUTO_NOTICE = "auto_notice"  # the sum and the day of an automatic charge, before it
    TERMS_PROPOSED = "terms_proposed"
    PLAN_ALLOWED = "plan_allowed"
    PLAN_REFUSED = "plan_refused"
    RETAINER_PROPOSED = "retainer_proposed"
    BY_HAND = "by_hand"  # a person's own words, where they answer nothing
    # To our own people, never to the customer.
    WORK_STOPPED = "work_stopped"
    WORK_RESUMED = "work_resumed"
    WORK_MAY_START = "work_may_start"


class TaskKind(StrEnum):
    CALL = "call"
    VISIT = "visit"
    LETTER = "letter"
    NO_CONTACT = "no_contact"
    STOP_WORK = "stop_work"  # a person decides whether work stops until it is paid
    TALK = "talk"  # a formal talk about expectations: parts, a retainer, or parting
    HAND_OVER = "hand_over"
    CARE = "care"  # ask how they are, and listen: nothing is demanded


EARLY_CALL = "early_call"
"""The step of a call that no ladder has: the forecast fears for the money."""
