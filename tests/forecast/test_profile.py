from datetime import date

import polars as pl

from dunwell.engine.payer_profile import profile
from forecast import ledgers

LEDGER = ledgers.make(customers=4, weeks=30, weekday=3)
AS_OF = date(2025, 7, 7)


def test_a_payer_of_thursdays_is_seen_as_one():
    told = profile(LEDGER, "C3", AS_OF)
    assert told.paid_on_weekday == (0, 0, 0, told.payments, 0, 0, 0)
    assert told.early_delay_days <= told.usual_delay_days <= told.late_delay_days
    assert 22 <= told.usual_delay_days <= 32


def test_what_happens_later_is_not_known_yet():
    cut = LEDGER.filter(pl.col("issue_date") < AS_OF).with_columns(
        paid_date=pl.when(pl.col("paid_date") < AS_OF).then("paid_date")
    )
    assert profile(LEDGER, "C2", AS_OF) == profile(cut, "C2", AS_OF)
    assert all(day < AS_OF for day, _ in profile(LEDGER, "C2", AS_OF).latest)


def test_every_known_invoice_is_either_paid_or_open():
    told = profile(LEDGER, "C1", AS_OF)
    known = LEDGER.filter(pl.col("customer_id") == "C1", pl.col("issue_date") < AS_OF).height
    assert told.payments + told.open_invoices == known
    assert told.overdue_invoices <= told.open_invoices


def test_a_stranger_has_an_empty_profile():
    told = profile(LEDGER, "nobody", AS_OF)
    assert (told.payments, told.usual_delay_days, told.trend_days, told.latest) == (0, None, None, ())
