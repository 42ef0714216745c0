"""The formulas of receivables management, as the field defines them (crfweb.net; count-back: academy.highako.com).

Sums are minor units of one currency. Results are exact fractions; None means that the formula has no answer, since nothing was
sold, or nothing could be collected. Letters as in the field: B opening, S credit sales of the period, E closing total, C closing
not yet due, n days, N months.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

PERCENT = 100


def dso(*, closing: int, sales: int, days: int) -> Fraction | None:
    """Days sales outstanding, classic: E / S × n."""
    return Fraction(closing * days, sales) if sales > 0 else None


def dso_best_possible(*, current: int, sales: int, days: int) -> Fraction | None:
    """What DSO would be if nothing were late: C / S × n."""
    return dso(closing=current, sales=sales, days=days)


def delinquent_days(*, closing: int, current: int, sales: int, days: int) -> Fraction | None:
    """Average days delinquent: DSO − best possible DSO."""
    whole, best = dso(closing=closing, sales=sales, days=days), dso(closing=current, sales=sales, days=days)
    return None if whole is None or best is None else whole - best


def dso_count_back(*, closing: int, months: Sequence[tuple[int, int]]) -> Fraction | None:
    """From the closing month backwards: as many days as the sales that E consists of took; None when E is older than the months given.

    `months` are (days, sales), the latest first; a month without sales adds its days.
    """
    counted, left = Fraction(0), closing
    for days, sales in months:
        if left <= 0:
            break
        if left < sales:
            return counted + Fraction(left * days, sales)
        counted, left = counted + days, left - max(sales, 0)
    return counted if left <= 0 else None


def cei(*, opening: int, sales: int, closing: int, current: int, months: int) -> Fraction | None:
    """Collection effectiveness index, percent: (B + S/N − E) / (B + S/N − C) × 100."""
    monthly = Fraction(sales, months)
    could = opening + monthly - current
    return (opening + monthly - closing) / could * PERCENT if could > 0 else None


def share(part: int, whole: int) -> Fraction | None:
    """Percent of a whole."""
    return Fraction(part * PERCENT, whole) if whole > 0 else None
