"""Why a payment came late, and which other terms would prevent the next delay: proposed to a person, never done by itself."""

from __future__ import annotations

from enum import StrEnum

LATE_DAYS = 3
"""A transfer over a weekend is nobody's habit: later than so many days after the due date is late."""
TIMES_FOR_PREPAYMENT = 3
"""Who paid late so often within a year, for whatever cause of their own, is asked for a part before the work."""


class LateCause(StrEnum):
    FORGOTTEN = "forgotten"
    NOT_RECEIVED = "not_received"
    WRONG_PERSON = "wrong_person"
    APPROVAL = "approval"  # it lay with somebody who had to sign
    CASH = "cash"  # the money was not there
    OUR_SIDE = "our_side"  # a document or an answer of ours was missing
    BANK = "bank"
    OTHER = "other"


class Remedy(StrEnum):
    AUTOMATIC = "automatic"  # the client agrees to automatic payment
    OTHER_RECIPIENT = "other_recipient"
    PREPAYMENT = "prepayment"
    SHORTER_TERM = "shorter_term"
    IN_PARTS = "in_parts"
    OURSELVES = "ourselves"  # nothing is asked of the client: we send everything with the invoice


REMEDIES: dict[LateCause, tuple[Remedy, ...]] = {
    LateCause.FORGOTTEN: (Remedy.AUTOMATIC,),
    LateCause.NOT_RECEIVED: (Remedy.OTHER_RECIPIENT,),
    LateCause.WRONG_PERSON: (Remedy.OTHER_RECIPIENT,),
    LateCause.APPROVAL: (Remedy.OTHER_RECIPIENT, Remedy.AUTOMATIC),
    LateCause.CASH: (Remedy.IN_PARTS, Remedy.PREPAYMENT),
    LateCause.OUR_SIDE: (Remedy.OURSELVES,),
    LateCause.BANK: (),
    LateCause.OTHER: (Remedy.SHORTER_TERM,),
}
NOT_THEIRS = (LateCause.OUR_SIDE, LateCause.BANK)


def remedies(causes: list[LateCause]) -> tuple[Remedy, ...]:
    """What to propose after the late payments of a year, the newest cause first: each remedy once."""
    found = [remedy for cause in causes for remedy in REMEDIES[cause]]
    if sum(cause not in NOT_THEIRS for cause in causes) >= TIMES_FOR_PREPAYMENT:
        found.append(Remedy.PREPAYMENT)
    return tuple(dict.fromkeys(found))
