"""What a client may say on the pay page, and who may see what there: closed lists that the page and the books share."""

from __future__ import annotations

from enum import StrEnum

from dunwell.core.ledger import Role


class AnswerKind(StrEnum):
    ACCEPT = "accept"  # the order of a request before work stands
    PAID = "paid"
    PROMISE = "promise"
    PLAN = "plan"  # a schedule within the policy, accepted
    ASK_PLAN = "ask_plan"  # one beyond it, asked for
    DISPUTE = "dispute"
    QUESTION = "question"
    REDIRECT = "redirect"  # write to somebody else
    OTHER_WAY = "other_way"  # a way to pay that is not offered
    HARDSHIP = "hardship"  # paying is hard: a person listens
    REVIEW = "review"  # for a cashback: where it stands, so that a person can see it
    SURVEY = "survey"  # how happy they are, from 1 to 10
    STOP = "stop"
    NEW_LINK = "new_link"


WAITS_FOR_A_PERSON = (
    *(AnswerKind.QUESTION, AnswerKind.DISPUTE, AnswerKind.REDIRECT, AnswerKind.OTHER_WAY),
    *(AnswerKind.HARDSHIP, AnswerKind.REVIEW),
)
"""These stand on the work list until somebody has dealt with them; the others act by themselves at the next run."""

SEES_ALL = frozenset({Role.PAYABLE, Role.FINANCE, Role.DIRECTOR, Role.REPRESENTATIVE})
"""Whose role it is to know everything that their company owes; others see the invoices of their message."""

FILES_MAX = 3
FILE_BYTES_MAX = 5_000_000
TEXT_MAX = 2_000
ANSWERS_PER_DAY_MAX = 20
"""Of one link: nobody has more to say in a day, a program has."""
LINK_DAYS = 60
"""A link outlives its message by as long as a ladder has steps; later ones bring links of their own."""
