"""Cash to come: what the open invoices will bring, week by week, with the bands it lies in; what if; and where money is at risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from babel.dates import format_date
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from dunwell.core.money import Money
from dunwell.run import cash, forecasting
from dunwell.run.cash import Outlook, WhatIf
from dunwell.run.forecasting import Drift
from dunwell.run.summaries import Summary
from dunwell.store import load_forecasts
from dunwell.store.load_forecasts import AtRisk
from dunwell.store.models import Customer, ForecastVersion
from dunwell.web.console import counted, deeds, export, look
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.export import Cell
from dunwell.web.console.templatetags.look import locale

WEEKS = (4, 12, 26)
SOONER = (-14, -7, 0, 7, 14)
"""Days by which everybody is supposed to pay sooner; below nought, later."""
AT_RISK = 10
DRIFT_MIN = 2
KINDS = ("csv", "xlsx")
BAND = "#2f8a7f"
"""One colour for all three bands, read by day and by night; the likelier, the denser."""


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    weeks, sooner, lost = _asked(request)
    kept = of_today(request, desk, weeks, sooner, lost)
    if kept is None:
        return counted.waiting(request, desk, "outlook")
    found, at_risk = kept.value
    version = load_forecasts.in_force(desk.creditor.pk, desk.today)
    newest = load_forecasts.newest(desk.creditor.pk)
    drift = forecasting.drift(desk.creditor)
    context = {
        "section": "outlook",
        "weeks": weeks,
        "all_weeks": WEEKS,
        "sooner": sooner,
        "all_sooner": [(days, _sooner_words(days)) for days in SOONER],
        "lost": lost,
        "outlook": found,
        "currencies": [_currency(found, currency, owed) for currency, owed in found.open.items()],
        "at_risk": at_risk,
        "counted": kept,
        "version": version,
        "shadow": newest if newest and not newest.took_over else None,
        "measures": _measures(version),
        "calibration": _calibration(version),
        "drift": drift,
        "drift_chart": _drift_chart(drift),
        "basis": forecasting.basis(desk.creditor, desk.today),
    }
    return answer.page(request, desk, "outlook.html", context)


def of_today(
    request: HttpRequest,
    desk: Desk,
    weeks: int,
    sooner: int = 0,
    lost: Customer | None = None,
    *,
    once_a_day: bool = False,
) -> Summary | None:
    """The outlook of the day, and what is at risk."""
    key = f"outlook-{weeks}-{sooner}-{lost.pk if lost else ''}"

    def make() -> tuple[Outlook, list[AtRisk]]:
        return (
            cash.outlook(desk.creditor, desk.today, days=7 * weeks, what_if=_what_if(sooner, lost)),
            load_forecasts.at_risk(desk.today, rehearsal=desk.is_rehearsal, limit=AT_RISK),
        )

    return counted.of(request, desk, key, make, once_a_day=once_a_day)


def file(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """The days of the outlook as CSV or a workbook."""
    if kind not in KINDS:
        raise Http404
    weeks, sooner, lost = _asked(request)
    found = cash.outlook(desk.creditor, desk.today, days=7 * weeks, what_if=_what_if(sooner, lost))
    head: list[Cell] = [
        _("Day"),
        _("Currency"),
        _("Expected"),
        *(f"{side} {band} %" for band in (50, 80, 95) for side in ("↓", "↑")),
    ]
    rows: list[list[Cell]] = [
        [
            str(row["date"]),
            row["currency"],
            *(
                Money(row[name], row["currency"])
                for name in ("expected", "low_50", "high_50", "low_80", "high_80", "low_95", "high_95")
            ),
        ]
        for row in found.daily.iter_rows(named=True)
    ]
    return export.answer(kind, f"cash-{desk.today}", [head, *rows])


def _asked(request: HttpRequest) -> tuple[int, int, Customer | None]:
    weeks, sooner, lost = (request.GET.get(name, "") for name in ("weeks", "sooner", "lost"))
    return (
        int(weeks) if weeks in map(str, WEEKS) else 12,
        int(sooner) if sooner in map(str, SOONER) else 0,
        deeds.found(Customer, int(lost)) if lost.isdecimal() else None,
    )


def _what_if(sooner: int, lost: Customer | None) -> WhatIf:
    return WhatIf((lost.pk,) if lost else (), sooner)


def _sooner_words(days: int) -> str:
    if not days:
        return _("as they pay now")
    if days > 0:
        return _("all {days} days sooner").format(days=days)
    return _("all {days} days later").format(days=-days)


def _currency(found: Outlook, currency: str, owed: int) -> dict[str, Any]:
    """One currency: its weeks as money, and the picture of the receipts summed up."""
    weeks = found.weekly.filter(pl.col("currency") == currency)
    return {
        "open": Money(owed, currency),
        "weeks": [
            (
                row["date"],
                *(
                    Money(row[name], currency)
                    for name in ("expected", "low_50", "high_50", "low_80", "high_80", "low_95", "high_95")
                ),
            )
            for row in weeks.iter_rows(named=True)
        ],
        "chart": chart(found, currency),
    }


def chart(found: Outlook, currency: str) -> dict[str, Any]:
    """Lines of the sums received so far, with three bands laid one upon the other."""
    days = found.running.filter(pl.col("currency") == currency)

    def drawing(values: pl.Series) -> list[float]:
        return [float(Money(int(value), currency).decimal) for value in values]

    series: list[dict[str, Any]] = []
    for band, opacity in ((95, 0.12), (80, 0.2), (50, 0.3)):
        low, high = days[f"low_{band}"], days[f"high_{band}"]
        hidden = {
            "type": "line",
            "stack": f"band{band}",
            "symbol": "none",
            "lineStyle": {"opacity": 0},
            "color": BAND,
            "silent": True,
        }
        series.append({**hidden, "data": drawing(low), "tooltip": {"show": False}})
        area = {"areaStyle": {"opacity": opacity}, "name": f"{band} %", "tooltip": {"show": False}}
        series.append({**hidden, **area, "data": drawing(high - low)})
    series.append({"type": "line", "symbol": "none", "name": _("expected"), "data": drawing(days["expected"])})
    return {
        "grid": {"left": 8, "right": 16, "top": 32, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "data": ["50 %", "80 %", "95 %", _("expected")]},
        "xAxis": {"type": "category", "boundaryGap": False, "data": [_short(day) for day in days["date"]]},
        "yAxis": {"type": "value"},
        "series": series,
    }


def _short(day: date) -> str:
    return format_date(day, "d MMM", locale=look.CLDR[locale()])


def _measures(version: ForecastVersion | None) -> list[tuple[str, str, str]]:
    """Name, the version's figure, the histories' figure."""
    if version is None or "new" not in version.metrics:
        return []
    new, histories = version.metrics["new"], version.metrics["histories"]
    return [
        (_("Error of the day, on average"), _days(new["mae"]), _days(histories["mae"])),
        (_("Error of the whole distribution (CRPS)"), _days(new["crps"]), _days(histories["crps"])),
        (_("Payments inside the 80 % range"), f"{new['covered']:.0%}", f"{histories['covered']:.0%}"),
    ]


def _drift_chart(found: Sequence[Drift]) -> dict[str, Any] | None:
    """The errors of each learning over time; a single one draws no line."""
    if len(found) < DRIFT_MIN:
        return None
    lines = [
        (_("just learned"), [one.learned for one in found]),
        (_("in force until then"), [one.in_force for one in found]),
        (_("the histories alone"), [one.histories for one in found]),
    ]
    return {
        "grid": {"left": 8, "right": 16, "top": 32, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "data": [name for name, _values in lines]},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [_short(one.on) for one in found]},
        "yAxis": {"type": "value", "min": 0},
        "series": [{"type": "line", "name": name, "data": values} for name, values in lines],
    }


def _days(value: float) -> str:
    return _("{count} days").format(count=f"{value:.1f}")


def _calibration(version: ForecastVersion | None) -> dict[str, Any] | None:
    """What was said against what came true: on the diagonal a forecast keeps its word."""
    if version is None or not version.calibration:
        return None
    points = [[round(100 * said), round(100 * came)] for said, came, _count in version.calibration]
    axis = {"type": "value", "min": 0, "max": 100}
    return {
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": axis,
        "yAxis": axis,
        "series": [
            {
                "type": "line",
                "data": [[0, 0], [100, 100]],
                "symbol": "none",
                "silent": True,
                "lineStyle": {"type": "dashed"},
            },
            {"type": "scatter", "data": points, "symbolSize": 10},
        ],
    }
