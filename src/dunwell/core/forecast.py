"""When will they pay: the values that cross between features, predictors and the errand.

A forecast is a distribution over days, not a date: for one invoice at one origin it says, for every day from the first
possible one on, the probability that the payment has arrived by the end of that day. What is left after the last day
is the probability that the payment is not to be expected at all within the horizon.

Nothing dated on or after the origin may be used. An invoice unpaid at the origin is *censored*: it tells how long it
has not been paid, which is as good a fact as a payment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

# Delays count in days from the due date; what lies outside is counted on the nearest edge.
DELAY_MIN, DELAY_MAX = -90, 240
DELAYS = DELAY_MAX - DELAY_MIN + 1
# Days a forecast looks ahead of its first possible day: a term of a month and most of a year of delay.
HORIZON_DAYS = 270

# The numbers a predictor may use, each as of the origin. "Delay" is paid − due in days, "run" a day with payments.
NUMBERS = (
    # the customer's habit: over all payments, over the recent ones (half of the weight within RECENT_DAYS)
    "payments", "delay_mean", "delay_median", "delay_spread", "delay_low", "delay_high", "late_share", "days_to_pay",
    "workdays_late", "delay_usual", "delay_recent", "delay_last", "delay_last_3", "delay_last_10", "delay_trend",
    # rhythm and acquaintance
    "days_since_payment", "days_between_runs", "days_known",
    # the customer's open book
    "open_invoices", "overdue_invoices", "overdue_oldest_days", "overdue_share",
    # this invoice
    "term_days", "amount_size", "amount_ratio", "invoices_asked", "invoices_same_due",
    "due_weekday", "due_day", "due_days_to_month_end", "issue_weekday",
    # all customers together
    "market_delay_recent", "market_trend",
)  # fmt: skip

Frame = Any  # a Polars frame; the heart itself knows the standard library alone


@dataclass(frozen=True, slots=True)
class Features:
    """What was known about each asked invoice at its origin, in three frames that refer to each other by position.

    rows: one line per question: `origin`, `issue_date`, `due_date`, `first_date` (the first day on which the payment
        may arrive), `history` and `market` (line numbers of the other two frames), the numbers listed in
        NUMBERS, `paid_on_1` … `paid_on_7` (the customer's payments by weekday, Monday
        first) and any number of `trait_…` (short texts: terms, currency, way of delivery). For training also
        `last_date` and `is_paid`: the day of payment, or the last day known to be without one.
    histories: one line per customer and origin; `paid` and `at_risk` are arrays over the delays DELAY_MIN … DELAY_MAX:
        invoices paid with that delay, invoices still unpaid when that delay began (open ones included).
    markets: one line per origin: `hazard`, the same over all customers: the share of the invoices still unpaid that
        was paid with that delay.
    """

    rows: Frame
    histories: Frame
    markets: Frame


class Predictor(Protocol):
    """One way to forecast; `fit` may be skipped by those that need no training."""

    def fit(self, features: Features) -> None:
        """Learn from questions whose rows carry `last_date` and `is_paid`."""

    def forecast(self, features: Features) -> Frame:
        """One line per row, in order: `expected_date` (the median) and `cumulative`.

        `cumulative` is an array of HORIZON_DAYS probabilities that never fall: paid on or before `first_date` + 0, 1, ….
        """

    def explain(self, features: Features) -> Frame:
        """One line per row, in order: for each `Influence` a column of its name, in log odds of payment per day.

        Above zero it speaks for an earlier payment than the creditor's customers usually make, below for a later one.
        """


class Influence(StrEnum):
    """What a forecast can rest on, in words a person understands."""

    HABIT = "habit"  # the customer's usual delay
    RECENT = "recent"  # the last payments against the usual
    RHYTHM = "rhythm"  # weekdays and run days on which the customer pays
    CALENDAR = "calendar"  # where the due date and the coming days lie in week and month
    AMOUNT = "amount"  # this sum against the customer's usual sum
    BOOK = "book"  # what else the customer has open and overdue
    TERMS = "terms"  # the agreed days to pay and other traits of the invoice
    AGE = "age"  # how long this invoice has been open already


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of why: an influence, its direction and the figures that fill its text.

    `code` names the text in the content (`habit_late`, `rhythm`, …); `is_earlier` is the sign of the influence.
    """

    influence: Influence
    code: str
    is_earlier: bool
    values: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class ProfilingBasis:
    """The lawful basis on which a creditor lets natural persons be forecast by their own history: who stated what."""

    statement: str
    stated_by: str


def may_profile(customer_kind: str, basis: ProfilingBasis | None) -> bool:
    """Organisations always; a person only on a stated basis, else the forecast is that of the creditor's customers.

    Whatever the answer, a forecast is never the sole ground of a stop of work or of a claim.
    """
    return customer_kind != "person" or (basis is not None and bool(basis.statement.strip()))


@dataclass(frozen=True, slots=True)
class PayerProfile:
    """How one customer has paid so far; delays in days from the due date, None before the first payment.

    Four of five payments lie between `early_delay_days` and `late_delay_days`. `trend_days` is above nought where the
    last payments came later than usual. `latest` holds (day of payment, delay), oldest first, for the picture.
    """

    payments: int
    open_invoices: int
    overdue_invoices: int
    usual_delay_days: int | None
    early_delay_days: int | None
    late_delay_days: int | None
    trend_days: int | None
    paid_on_weekday: tuple[int, ...]  # Monday first
    paid_at_month_end: int
    latest: tuple[tuple[date, int], ...]
    promises_due: int = 0
    promises_kept: int = 0


# A courtesy is spared where the money comes by itself within this time: a week, or until so many days after the due date.
SPARE_DAYS, SPARE_PAST_DUE_DAYS = 7, 3
# What is still unpaid then counts as at risk.
LOSS_DAYS = 60
# What a call is supposed to do, until somebody measures it: on each day the money is so many times as likely to come.
CALL_LIFT = 1.5
# A forecast is told as a range in which the day of payment lies four times of five.
EARLY_LEVEL, LATE_LEVEL = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Measured:
    """How good a way to forecast proved out of time, on questions whose outcome it had not seen.

    `crps` and `mae` in days; `covered` is the share of payments inside the range of four out of five; `calibration` holds
    (probability given, share that came true, questions) for "paid by the due date".
    """

    questions: int
    crps: float
    mae: float
    covered: float
    calibration: tuple[tuple[float, float, int], ...] = ()
