"""How a customer pays, in a handful of figures and one small picture."""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.core.forecast import PayerProfile
from dunwell.engine.forecast_texts import counted, text

# The picture shows so many of the latest payments; the trend compares the last ten with all.
PICTURED, TREND_PAYMENTS = 24, 10
MONTH_END_DAYS = 3
# A weekday is a habit when so large a share of so many payments falls on it; so is the month end.
RHYTHM_SHARE_MIN, RHYTHM_PAYMENTS_MIN = 0.4, 5


def profile(ledger: pl.DataFrame, customer_id: object, as_of: date) -> PayerProfile:
    """The customer's payments and open invoices as known before `as_of`; the ledger as `engine.features` reads it."""
    own = ledger.filter(pl.col("customer_id") == customer_id, pl.col("issue_date") < as_of)
    is_paid = (pl.col("paid_date") < as_of).fill_null(False)
    payments = own.filter(is_paid).sort("paid_date", "due_date", "invoice_id")
    still_open = own.filter(~is_paid)
    delays = (payments["paid_date"] - payments["due_date"]).dt.total_days()
    days = payments["paid_date"]
    usual = _whole(delays.median())
    return PayerProfile(
        payments=len(delays),
        open_invoices=still_open.height,
        overdue_invoices=still_open.filter(pl.col("due_date") < as_of).height,
        usual_delay_days=usual,
        early_delay_days=_whole(delays.quantile(0.1)),
        late_delay_days=_whole(delays.quantile(0.9)),
        trend_days=None if usual is None else (_whole(delays.tail(TREND_PAYMENTS).median()) or 0) - usual,
        paid_on_weekday=tuple(int((days.dt.weekday() == day).sum()) for day in range(1, 8)),
        paid_at_month_end=int(((days.dt.month_end() - days).dt.total_days() < MONTH_END_DAYS).sum()),
        latest=tuple(zip(days.tail(PICTURED).to_list(), delays.tail(PICTURED).to_list(), strict=True)),
    )


def rhythm(found: PayerProfile, locale: str) -> str:
    """The weekday or the time of the month on which most payments fall, in words; empty where there is no habit."""
    if found.payments < RHYTHM_PAYMENTS_MIN:
        return ""
    most = max(found.paid_on_weekday)
    habits: tuple[tuple[str, int, dict[str, str]], ...] = (
        ("rhythm", most, {"weekday": counted("weekday", found.paid_on_weekday.index(most) + 1, locale)}),
        ("rhythm_month_end", found.paid_at_month_end, {}),
    )
    for code, payments, values in habits:
        if payments >= RHYTHM_SHARE_MIN * found.payments:
            percent = counted("percent", round(100 * payments / found.payments), locale)
            return text(code, locale).format(percent=percent, **values)
    return ""


def _whole(days: object) -> int | None:
    return None if days is None else round(float(str(days)))
