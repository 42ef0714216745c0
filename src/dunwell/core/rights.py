"""What a creditor may say it is entitled to: a right exists by contract or law for what a letter asks, or it is not named."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    INTEREST = "interest"  # a penalty or interest for delay
    STOP_WORK = "stop_work"  # to pause the work until payment
    COURT = "court"  # to go to court: a claim was sent and its waiting time is known
