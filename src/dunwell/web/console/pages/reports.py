"""Reports: what is owed by age, how quickly money comes, which promises were kept; each figure with its formula."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dunwell.core.money import Money
from dunwell.run import reports
from dunwell.run.reports import Ageing, Report, Reports
from dunwell.run.summaries import Summary
from dunwell.web.console import counted, export, look
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.export import Cell
from dunwell.web.console.templatetags.look import locale

MONTHS = 3
TENTH = Decimal("0.1")
FILES = ("ageing", "speed", "promises", "rolls", "cash")
KINDS = ("csv", "xlsx")
WHOLE_NAMES = {"interval": 0, "width": 58, "overflow": "break"}
"""A few names all stand under their bars, in lines of their own where the screen is narrow."""


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    by, owner, months = _asked(request)
    kept = of_today(request, desk)
    owned = counted.of(request, desk, f"ageing-{by}-{owner}", lambda: _ageing(desk, by, owner)) if owner else kept
    if kept is None or owned is None:
        return counted.waiting(request, desk, "reports")
    found = kept.value.reports[months]
    aged = owned.value if owner else kept.value.ageings[by]
    context = {
        "section": "reports",
        "counted": kept,
        "by": by,
        "owner": owner,
        "months": months,
        "periods": reports.PERIODS,
        "ages": _ages(),
        "ageing": aged,
        "report": found,
        "speed": [(one.currency, _speed(one, found.period.days)) for one in found.speed],
        "promises": [(one, _percent(one.rate), _percent(one.rate_of_amount)) for one in found.promises],
        "rolls": [(one.currency, [_roll(one.currency, row) for row in one.rows]) for one in found.rolls],
        "answered": _percent(found.answered.rate),
        "cash": _cash(found),
        "charts": _charts(aged, found),
    }
    return answer.page(request, desk, "reports.html", context)


def of_today(request: HttpRequest, desk: Desk, *, once_a_day: bool = False) -> Summary | None:
    """All reports of the day."""

    def make() -> Reports:
        return reports.every(desk.creditor, as_of=desk.today, rehearsal=desk.is_rehearsal)

    return counted.of(request, desk, "reports", make, once_a_day=once_a_day)


def headlines(found: Reports, currency: str) -> list[tuple[str, str]]:
    """The two figures by which a firm's collecting is known: how long money takes, and what a promise is worth."""
    report = found.reports[MONTHS]
    speed = next((one for one in report.speed if one.currency == currency), None)
    kept = next((one.rate for one in report.promises if one.currency == currency), None)
    told = [(_("DSO, count-back"), speed.dso_count_back, _days)] if speed else []
    return [
        (name, say(value)) for name, value, say in [*told, (_("Promises kept"), kept, _percent)] if value is not None
    ]


def file(request: HttpRequest, desk: Desk, table: str, kind: str) -> HttpResponse:
    """One table of the reports as CSV or a workbook, whole."""
    if table not in FILES or kind not in KINDS:
        raise Http404
    by, owner, months = _asked(request)
    if table == "ageing":
        rows = _ageing_rows(_ageing(desk, by, owner), by)
    else:
        found = reports.report(desk.creditor, as_of=desk.today, months=months, rehearsal=desk.is_rehearsal)
        rows = _TABLES[table](found)
    return export.answer(kind, f"{table}-{desk.today}", rows)


def _ageing(desk: Desk, by: str, owner: str) -> Ageing:
    return reports.ageing(desk.creditor, as_of=desk.today, by=by, owner=owner, rehearsal=desk.is_rehearsal)


def _asked(request: HttpRequest) -> tuple[str, str, int]:
    by, months = request.GET.get("by", ""), request.GET.get("months", "")
    return (
        by if by in reports.BY else "currency",
        request.GET.get("owner", ""),
        int(months) if months in map(str, reports.PERIODS) else MONTHS,
    )


def _ages() -> list[str]:
    return [_("not due"), "1–30", "31–60", "61–90", "91+"]


def _speed(one: Any, days: int) -> list[tuple[str, str, str, str]]:
    """Name, value, formula with its own figures, and what the figure does not say."""
    money = {
        name: look.money_short(Money(getattr(one, field), one.currency), locale())
        for name, field in (("B", "opening"), ("S", "sales"), ("E", "closing"), ("C", "current"))
    }
    older = _("older than the history")
    return [
        (_("DSO, classic"), _days(one.dso), f"E / S × n = {money['E']} / {money['S']} × {days}", ""),
        (
            _("DSO, count-back"),
            _days(one.dso_count_back) if one.dso_count_back is not None else older,
            _("from the closing month backwards, until the sales make up E"),
            _("Does not jump with the season as the classic one does."),
        ),
        (_("Best possible DSO"), _days(one.dso_best_possible), f"C / S × n = {money['C']} / {money['S']} × {days}", ""),
        (_("ADD, average days delinquent"), _days(one.delinquent_days), _("DSO − best possible DSO"), ""),
        (
            "CEI",
            _percent(one.cei),
            f"(B + S/N − E) / (B + S/N − C) × 100; B = {money['B']}",
            _("100 % = all that was due has been collected."),
        ),
        (_("Share not yet due"), _percent(one.current_share), f"C / E = {money['C']} / {money['E']}", ""),
    ]


def _roll(currency: str, row: tuple[str, int, tuple[Fraction, ...]]) -> tuple[str, Money, list[str]]:
    age, balance, parts = row
    return _age_word(age), Money(balance, currency), [_percent(one) if one else "" for one in parts]


def _age_word(age: str) -> str:
    return _("not due") if age == "current" else age.replace("-", "–")


def _cash(found: Report) -> list[tuple[str, list[Money]]]:
    """Months with what came in each, per currency; a month without money is shown too."""
    months: dict[Any, list[Money]] = {}
    for month, amount in found.cash:
        months.setdefault(month, []).append(amount)
    return [(format_date(month, "LLLL y", locale=look.CLDR[locale()]), sums) for month, sums in sorted(months.items())]


def _charts(aged: Ageing, found: Report) -> dict[str, Any]:
    """Options for the chart library, a chart for each currency; each stands beside the table with the same figures."""
    months = sorted({month for month, _sum in found.cash})
    names = [format_date(month, "LLL yy", locale=look.CLDR[locale()]) for month in months]
    currencies = sorted({amount.currency for _month, amount in found.cash})
    received = {(month, amount.currency): amount for month, amount in found.cash}
    return {
        "ageing": [_bars(one.currency, _ages(), one.parts) for one in aged.totals],
        "cash": [
            _bars(currency, names, [received.get((month, currency), Money(0, currency)) for month in months])
            for currency in currencies
        ],
    }


def _bars(currency: str, names: list[str], sums: Iterable[Money]) -> dict[str, Any]:
    """A drawing of one currency: on a common scale another one would look like nothing, or like more."""
    return {
        "title": {"text": currency, "textStyle": {"fontSize": 13}},
        "grid": {"left": 8, "right": 8, "top": 34, "bottom": 8, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": names,
            **({"axisLabel": WHOLE_NAMES} if len(names) <= len(_ages()) else {}),
        },
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "name": currency, "data": [_number(one) for one in sums], "barMaxWidth": 46}],
    }


def _number(amount: Money) -> float:
    """For a drawing alone."""
    return float(amount.decimal)


def _days(value: Fraction | None) -> str:
    return "–" if value is None else _("{count} days").format(count=_tenth(value))


def _percent(value: Fraction | None) -> str:
    return "–" if value is None else f"{_tenth(value)} %"


def _tenth(value: Fraction) -> str:
    """Always one decimal, so that figures below each other compare."""
    return format_decimal(_decimal(value), "#,##0.0", locale=look.CLDR[locale()])


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(TENTH)


# --- files


def _ageing_rows(aged: Ageing, by: str) -> list[list[Cell]]:
    word = {"currency": _("Currency"), "owner": _("Owner"), "customer": _("Customer")}[by]
    head: list[Cell] = [word, _("Currency"), _("Invoices"), *_ages(), _("Overdue"), _("Open")]
    rows: Iterable[list[Cell]] = (
        [one.name, one.currency, one.invoices, *one.parts, one.overdue, one.open] for one in aged.rows
    )
    return [head, *rows]


def _speed_rows(found: Report) -> list[list[Cell]]:
    head: list[Cell] = [
        _("Currency"),
        _("Figure"),
        _("Value"),
        _("Formula"),
        pgettext("day", "From"),
        pgettext("day", "To"),
    ]
    first, last = found.period.first.isoformat(), found.period.last.isoformat()
    rows: Iterable[list[Cell]] = (
        [one.currency, name, value, formula, first, last]
        for one in found.speed
        for name, value, formula, _note in _speed(one, found.period.days)
    )
    return [head, *rows]


def _promise_rows(found: Report) -> list[list[Cell]]:
    head: list[Cell] = [_("Currency"), _("Kept"), _("In part"), _("Broken"), _("Kept sum"), _("Promised sum")]
    rows: Iterable[list[Cell]] = (
        [
            one.currency,
            one.kept,
            one.partial,
            one.broken,
            *(Money(sum_, one.currency) for sum_ in (one.kept_amount, one.amount)),
        ]
        for one in found.promises
    )
    return [head, *rows]


def _roll_rows(found: Report) -> list[list[Cell]]:
    head: list[Cell] = [
        _("Currency"),
        _("A month ago"),
        _("Balance then"),
        _("paid, %"),
        *(f"{age}, %" for age in _ages()),
    ]
    rows: Iterable[list[Cell]] = (
        [one.currency, _age_word(age), Money(balance, one.currency), *map(_decimal, parts)]
        for one in found.rolls
        for age, balance, parts in one.rows
    )
    return [head, *rows]


def _cash_rows(found: Report) -> list[list[Cell]]:
    rows: Iterable[list[Cell]] = ([f"{month:%Y-%m}", amount.currency, amount] for month, amount in found.cash)
    return [[_("Month"), _("Currency"), _("Received")], *rows]


_TABLES = {"speed": _speed_rows, "promises": _promise_rows, "rolls": _roll_rows, "cash": _cash_rows}
