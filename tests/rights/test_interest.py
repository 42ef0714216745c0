"""Interest to the cent: the vectors of the law notes, the rules at their edges, and an independent count day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.core import clause_text
from dunwell.core.money import CurrenciesDiffer, Money
from dunwell.core.rates import Clause, DebtKind
from dunwell.engine import interest
from dunwell.engine.interest import Debt, Interest, PartPayment
from dunwell.run import rates

TABLES = rates.tables()
LAWS = {code: rates.law(code) for code in ("ru", "bg", "eu", "gb", "de")}


def day(text: str) -> date:
    return date.fromisoformat(text)


def debt(
    code: str,
    principal: str,
    first: str,
    last: str,
    *,
    kind: str = "b2b",
    paid: Iterable[tuple[str, str]] = (),
    currency: str = "",
) -> Debt:
    currency = currency or LAWS[code].currency
    payments = tuple(PartPayment(day(on), Money.parse(amount, currency)) for on, amount in paid)
    return Debt(Money.parse(principal, currency), day(first), day(last), DebtKind(kind), payments)


def computed(code: str, *args: str, **more: object) -> Interest:
    return interest.compute(debt(code, *args, **more), LAWS[code], TABLES)  # type: ignore[arg-type]


def by_clause(text: str, *args: str, code: str = "ru", **more: object) -> Interest:
    tariff, currency = LAWS[code].rules[-1].tariff, LAWS[code].currency
    clause = clause_text.read(text, currency=currency, year=tariff.year, table=tariff.table)
    return interest.compute(debt(code, *args, kind="contract", **more), LAWS[code], TABLES, clause)  # type: ignore[arg-type]


def amounts(found: Interest) -> list[str]:
    return [f"{row.amount.decimal:.2f}" for row in found.rows]


def spans(found: Interest) -> list[tuple[str, str, int]]:
    return [(str(row.first), str(row.last), row.days) for row in found.rows]


@pytest.mark.parametrize(
    ("code", "principal", "first", "last", "rows", "total"),
    [
        ("ru", "100000.00", "2024-12-20", "2025-01-31", ["688.52", "1783.56"], "2472.08"),
        ("ru", "100000.00", "2025-05-20", "2025-06-30", ["1150.68", "1205.48"], "2356.16"),
        ("ru", "100000.00", "2022-03-01", "2022-10-31", ["1698.63", "616.44"], "2315.07"),
        ("eu", "10000.00", "2026-01-01", "2026-06-30", ["503.33"], "503.33"),
        ("eu", "10000.00", "2026-07-01", "2026-07-31", ["88.33"], "88.33"),
        ("bg", "10000.00", "2026-01-01", "2026-06-30", ["510.32"], "510.32"),
        ("bg", "10000.00", "2025-12-01", "2026-01-31", ["102.56", "87.40"], "189.96"),
    ],
    ids=["RU-1", "RU-2", "RU-3", "EU-1", "EU-2", "BG-1", "BG-2"],
)
def test_the_golden_vectors(code: str, principal: str, first: str, last: str, rows: list[str], total: str) -> None:
    found = computed(code, principal, first, last)
    assert amounts(found) == rows
    assert f"{found.total.decimal:.2f}" == total


def test_a_leap_year_begins_and_ends_with_its_days() -> None:
    found = computed("ru", "100000.00", "2023-12-31", "2024-01-01")
    assert [(row.days, row.year_basis) for row in found.rows] == [(1, 365), (1, 366)]


def test_years_of_the_same_length_and_rate_share_a_row() -> None:
    assert spans(computed("ru", "100000.00", "2025-12-25", "2026-01-10")) == [("2025-12-25", "2026-01-10", 17)]


def test_a_fixed_day_count_is_not_cut_at_a_leap_year() -> None:
    found = computed("gb", "5000.00", "2024-02-01", "2024-06-30")
    assert [(row.days, row.year_basis, row.rate_percent) for row in found.rows] == [(151, 365, Decimal("13.25"))]


def test_the_british_rate_is_that_of_the_eve_of_the_half_year() -> None:
    # Bank Rate moved on 3 August 2023 and 22 June 2023: neither touches the half-year around it; 30 June decides.
    found = computed("gb", "1000.00", "2023-06-25", "2023-08-10")
    assert [(str(row.first), row.rate_percent) for row in found.rows] == [
        ("2023-06-25", Decimal("11.50")),
        ("2023-07-01", Decimal("13.00")),
    ]


def test_r17_a_change_of_the_rate_splits_the_table() -> None:
    found = computed("ru", "100000.00", "2025-05-20", "2025-06-30")
    assert spans(found) == [("2025-05-20", "2025-06-08", 20), ("2025-06-09", "2025-06-30", 22)]
    assert [row.rate_percent for row in found.rows] == [Decimal("21.00"), Decimal("20.00")]


def test_bulgaria_changes_from_the_national_to_the_european_rate_on_1_january_2026() -> None:
    found = computed("bg", "1000.00", "2025-12-31", "2026-01-01")
    assert [(row.rate_percent, row.year_basis) for row in found.rows] == [
        (Decimal("11.91"), 360),
        (Decimal("10.15"), 360),
    ]


def test_germany_changes_on_1_july_and_says_that_the_newest_rate_is_derived() -> None:
    found = computed("de", "1000.00", "2026-06-30", "2026-07-01")
    assert [row.rate_percent for row in found.rows] == [Decimal("10.27"), Decimal("10.52")]
    assert "derived" in found.uncertain[0]
    assert computed("de", "1000.00", "2026-06-01", "2026-06-30").uncertain == ()


def test_a_consumer_in_germany_owes_five_points_and_no_lump_sum() -> None:
    found = computed("de", "1000.00", "2026-01-01", "2026-01-31", kind="consumer")
    assert [row.rate_percent for row in found.rows] == [Decimal("6.27")]
    assert found.compensation is None


@pytest.mark.parametrize("code", ["eu", "gb"])
def test_a_consumer_owes_nothing_by_a_law_between_businesses(code: str) -> None:
    with pytest.raises(interest.NoStatutoryInterest):
        computed(code, "1000.00", "2026-01-01", "2026-01-31", kind="consumer")


def test_roubles_alone_take_the_key_rate() -> None:
    with pytest.raises(interest.NoStatutoryInterest):
        computed("ru", "1000.00", "2025-01-01", "2025-01-31", currency="EUR")


@pytest.mark.parametrize(
    ("code", "principal", "compensation"),
    [
        ("eu", "1.00", "40.00 EUR"),
        ("de", "99999.00", "40.00 EUR"),
        ("bg", "500.00", "40.00 EUR"),
        ("gb", "999.99", "40.00 GBP"),
        ("gb", "1000.00", "70.00 GBP"),
        ("gb", "9999.99", "70.00 GBP"),
        ("gb", "10000.00", "100.00 GBP"),
    ],
)
def test_the_fixed_sum_for_costs_comes_beside_the_total(code: str, principal: str, compensation: str) -> None:
    found = computed(code, principal, "2026-02-01", "2026-02-28")
    assert found.compensation is not None
    assert str(found.compensation[0]) == compensation
    assert found.total.minor == sum(row.amount.minor for row in found.rows)


def test_russia_has_no_fixed_sum() -> None:
    assert computed("ru", "1000.00", "2025-02-01", "2025-02-28").compensation is None


def test_a_payment_counts_on_its_own_day_still() -> None:
    found = computed("ru", "100000.00", "2025-01-01", "2025-01-20", paid=[("2025-01-10", "40000.00")])
    assert [(str(row.first), str(row.last), str(row.base)) for row in found.rows] == [
        ("2025-01-01", "2025-01-10", "100000.00 RUB"),
        ("2025-01-11", "2025-01-20", "60000.00 RUB"),
    ]


def test_a_payment_before_the_delay_lowers_the_base_from_the_first_day() -> None:
    found = computed("eu", "1000.00", "2026-02-01", "2026-02-28", paid=[("2026-01-31", "400.00")])
    assert [str(row.base) for row in found.rows] == ["600.00 EUR"]


def test_a_payment_on_the_last_day_or_later_changes_nothing() -> None:
    without = computed("eu", "1000.00", "2026-02-01", "2026-02-28")
    for on in ("2026-02-28", "2026-03-15"):
        assert computed("eu", "1000.00", "2026-02-01", "2026-02-28", paid=[(on, "400.00")]).total == without.total


def test_a_paid_debt_asks_for_no_further_rate() -> None:
    found = computed(
        "ru", "1000.00", "2026-03-01", "2026-11-20", paid=[("2026-03-10", "600.00"), ("2026-03-12", "400.00")]
    )
    assert spans(found)[-1] == ("2026-03-11", "2026-03-12", 2)


def test_beyond_the_verified_day_nothing_is_guessed() -> None:
    assert computed("ru", "1000.00", "2026-03-01", "2026-03-20").total
    with pytest.raises(interest.RatePastVerified) as refusal:
        computed("ru", "1000.00", "2026-03-01", "2026-03-21")
    assert "last day that can be computed is 2026-03-20" in str(refusal.value)
    assert "dunwell rates import" in str(refusal.value)


@pytest.mark.parametrize("code", ["bg", "eu", "gb", "de"])
def test_a_rate_fixed_for_a_half_year_serves_to_its_end(code: str) -> None:
    assert computed(code, "1000.00", "2026-12-01", "2026-12-31").total
    with pytest.raises(interest.RatePastVerified, match="computed is 2026-12-31"):
        computed(code, "1000.00", "2026-12-01", "2027-01-01")
    assert interest.last_computable(LAWS[code], TABLES, DebtKind.B2B) == day("2026-12-31")


def test_older_days_than_the_law_are_refused_with_the_reason() -> None:
    with pytest.raises(interest.DaysBeforeTheLaw, match="deposit rates"):
        computed("ru", "1000.00", "2016-07-31", "2016-08-31")
    assert computed("ru", "1000.00", "2016-08-01", "2016-08-31").total


def test_the_moratorium_protects_only_claims_from_before_it() -> None:
    later = computed("ru", "1000.00", "2022-05-10", "2022-06-10")
    assert later.total and not later.excluded
    earlier = Debt(
        Money.parse("1000", "RUB"), day("2022-05-10"), day("2022-06-10"), DebtKind.B2B, arose_on=day("2022-03-31")
    )
    assert not interest.compute(earlier, LAWS["ru"], TABLES).total


def test_a_moratorium_for_listed_branches_counts_only_when_named() -> None:
    asked = debt("ru", "1000.00", "2020-03-01", "2020-06-30")
    assert not interest.compute(asked, LAWS["ru"], TABLES).excluded
    named = Debt(asked.principal, asked.first, asked.last, asked.kind, moratoria=frozenset({"428"}))
    assert spans(interest.compute(named, LAWS["ru"], TABLES)) == [("2020-03-01", "2020-04-05", 36)]
    with pytest.raises(interest.UnknownMoratorium):
        interest.compute(
            Debt(asked.principal, asked.first, asked.last, asked.kind, moratoria=frozenset({"x"})), LAWS["ru"], TABLES
        )


def test_a_debt_in_leva_is_one_in_euro_since_2026() -> None:
    found = computed("bg", "19558.30", "2025-12-01", "2026-01-31", currency="BGN")
    assert str(found.total) == "189.96 EUR"
    assert computed("bg", "100.00", "2025-12-01", "2025-12-31", currency="BGN").total.currency == "BGN"


# --- the contract ----------------------------------------------------------------------------------------------------


def test_a_percentage_a_day() -> None:
    found = by_clause("0.1% a day", "100000.00", "2026-05-01", "2026-05-30")
    assert str(found.total) == "3000.00 RUB"
    assert found.rules == () and found.compensation is None


def test_the_cap_cuts_the_last_row_and_the_table_still_adds_up() -> None:
    found = by_clause(
        "0,1 % в день, не более 5 %", "100000.00", "2026-01-01", "2026-05-30", paid=[("2026-01-30", "40000.00")]
    )
    assert amounts(found) == ["3000.00", "2000.00"]
    assert [row.is_capped for row in found.rows] == [False, True]


def test_days_of_grace_are_free() -> None:
    assert spans(by_clause("0.1% a day, grace 5 days", "1000.00", "2026-05-01", "2026-05-30")) == [
        ("2026-05-06", "2026-05-30", 25)
    ]
    assert not by_clause("0.1% a day, grace 30 days", "1000.00", "2026-05-01", "2026-05-30").total


def test_a_part_of_the_key_rate_a_day_follows_the_rate() -> None:
    found = by_clause("1/300 of the key rate a day", "100000.00", "2025-06-01", "2025-06-30")
    assert [(row.rate_percent, row.year_basis, str(row.amount)) for row in found.rows] == [
        (Decimal("21.00"), 300, "560.00 RUB"),
        (Decimal("20.00"), 300, "1466.67 RUB"),
    ]
    with pytest.raises(interest.RatePastVerified):
        by_clause("1/300", "100000.00", "2026-06-01", "2026-06-30")


def test_a_fixed_sum_is_due_once_and_needs_no_rate() -> None:
    found = by_clause("fixed 5000", "100000.00", "2026-06-01", "2027-06-30")
    assert (amounts(found), found.rows[0].rate_percent) == (["5000.00"], None)
    with pytest.raises(CurrenciesDiffer):
        by_clause("fixed 5000 EUR", "100000.00", "2026-06-01", "2026-06-30")


def test_the_penalty_takes_the_place_of_the_law_unless_the_contract_says_otherwise() -> None:
    alone = by_clause("0.1% a day", "100000.00", "2025-06-01", "2025-06-08")
    both = by_clause("0.1% a day, beside the law", "100000.00", "2025-06-01", "2025-06-08")
    assert [row.basis for row in alone.rows] == ["contract"]
    assert [row.basis for row in both.rows] == ["contract", "law"]
    assert amounts(both) == ["800.00", "460.27"]


def test_a_moratorium_stops_the_penalty_too() -> None:
    assert spans(by_clause("0.1% a day", "1000.00", "2022-03-30", "2022-10-03")) == [
        ("2022-03-30", "2022-03-31", 2),
        ("2022-10-02", "2022-10-03", 2),
    ]


def test_an_empty_clause_is_refused() -> None:
    with pytest.raises(interest.ClauseEmpty):
        interest.compute(debt("ru", "1.00", "2026-01-01", "2026-01-02"), LAWS["ru"], TABLES, Clause())


# --- bad questions ---------------------------------------------------------------------------------------------------


def test_bad_questions_are_refused() -> None:
    with pytest.raises(interest.DatesReversed):
        computed("eu", "1000.00", "2026-02-02", "2026-02-01")
    with pytest.raises(interest.PrincipalNotPositive):
        computed("eu", "0.00", "2026-02-01", "2026-02-01")
    with pytest.raises(interest.PaidTooMuch):
        computed("eu", "1000.00", "2026-02-01", "2026-02-28", paid=[("2026-02-03", "600.00"), ("2026-02-04", "400.01")])
    with pytest.raises(interest.PaymentNotPositive):
        computed("eu", "1000.00", "2026-02-01", "2026-02-28", paid=[("2026-02-03", "0.00")])


# --- an independent count --------------------------------------------------------------------------------------------

SPANS = {"ru": ("2016-08-01", "2026-03-20"), "bg": ("2015-01-01", "2026-12-31"), "eu": ("2013-01-01", "2026-12-31"),
         "gb": ("2009-07-01", "2026-12-31"), "de": ("2013-01-01", "2026-12-31")}  # fmt: skip


@st.composite
def debts(draw: st.DrawFn) -> tuple[str, Debt]:
    code = draw(st.sampled_from(sorted(SPANS)))
    low, high = map(day, SPANS[code])
    first = draw(st.dates(low, high))
    last = draw(st.dates(first, min(high, first + timedelta(days=900))))
    principal = draw(st.integers(1, 10**9))
    currency = LAWS[code].currency
    payments: list[PartPayment] = []
    left = principal
    for _ in range(draw(st.integers(0, 4))):
        if left:
            part = draw(st.integers(1, left))
            left -= part
            on = draw(st.dates(first - timedelta(days=5), last + timedelta(days=5)))
            payments.append(PartPayment(on, Money(part, currency)))
    return code, Debt(Money(principal, currency), first, last, DebtKind.B2B, tuple(payments))


def rate_of(code: str, on: date) -> tuple[Fraction, int]:
    """The rate and year of one day, written anew from the law notes."""

    def table(name: str, at: date) -> Fraction:
        return Fraction([rate.percent for rate in TABLES[name].rates if rate.since <= at][-1])

    start = date(on.year, 1 if on.month < 7 else 7, 1)
    leap = on.year % 4 == 0  # no century year is asked for
    actual = 366 if leap else 365
    if code == "ru":
        return table("cbr_key_rate", on), actual
    if code == "bg":
        return (table("ecb_mro", start) + 8 if on.year >= 2026 else table("bnb_base", start) + 10), 360
    if code == "eu":
        return table("ecb_mro", start) + 8, 365
    if code == "gb":
        return table("boe_base", start - timedelta(days=1)) + 8, 365
    return table("de_base", start) + 9, actual


def owed_on(asked: Debt, on: date) -> int:
    return asked.principal.minor - sum(one.amount.minor for one in asked.payments if one.paid_on < on)


@settings(max_examples=120, deadline=None)
@given(debts())
def test_the_table_agrees_with_a_count_day_by_day(asked_of: tuple[str, Debt]) -> None:
    code, asked = asked_of
    found = interest.compute(asked, LAWS[code], TABLES)
    by_day: dict[date, Fraction] = {}
    on = asked.first
    while on <= asked.last:
        is_free = code == "ru" and asked.first <= date(2022, 4, 1) <= on <= date(2022, 10, 1)
        if owed_on(asked, on) and not is_free:
            rate, year = rate_of(code, on)
            by_day[on] = owed_on(asked, on) * rate / 100 / year
        on += timedelta(days=1)
    covered: list[date] = []
    for row in found.rows:
        days = [row.first + timedelta(days=number) for number in range(row.days)]
        assert days[-1] == row.last
        covered += days
        assert {owed_on(asked, one) for one in days} == {row.base.minor}
        # Half-up to the minor unit: within half of one, and never a half downwards.
        off = Fraction(row.amount.minor) - sum(by_day[one] for one in days)
        assert -Fraction(1, 2) < off <= Fraction(1, 2)
    assert covered == sorted(by_day), "each bearing day stands in exactly one row"
    assert found.total.minor == sum(row.amount.minor for row in found.rows)


@settings(max_examples=60, deadline=None)
@given(debts(), st.integers(0, 900))
def test_neighbouring_rows_always_differ(asked_of: tuple[str, Debt], _: int) -> None:
    code, asked = asked_of
    rows = interest.compute(asked, LAWS[code], TABLES).rows
    signs = [(row.base, row.rate_percent, row.year_basis) for row in rows]
    for one, other, sign, next_sign in zip(rows, rows[1:], signs, signs[1:], strict=False):
        assert one.last < other.first
        assert sign != next_sign or one.last + timedelta(days=1) < other.first
