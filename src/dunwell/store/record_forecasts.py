"""Forecasts written: a version with its measures, and the newest forecast of each receivable."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from dunwell.store import audit, bulk, scope
from dunwell.store.models import ForecastVersion, ProfilingStatement

COLUMNS = ("receivable_id", "known", "made_on", "expected_on", "early_on", "late_on", "days", "probability", "unpaid")


def version(
    creditor_id: int,
    *,
    on: date,
    by: str,
    why: str,
    took_over: bool,
    fingerprint: str,
    payments: int,
    metrics: dict[str, Any],
    calibration: list[Any],
    model: str,
) -> ForecastVersion:
    with scope.of(creditor_id):
        made = ForecastVersion.objects.create(
            creditor_id=creditor_id,
            effective_on=on,
            by=by,
            why=why,
            took_over=took_over,
            fingerprint=fingerprint,
            payments=payments,
            metrics=metrics,
            calibration=calibration,
            model=model,
        )
        content = {"took_over": took_over, "fingerprint": fingerprint, "metrics": metrics}
        audit.link(creditor_id, actor=by, kind="forecast_version", subject=str(made.pk), content=content)
    return made


def forecasts(creditor_id: int, found: pl.DataFrame, *, version_id: int | None) -> None:
    """Put the newest forecasts in the place of the older ones; `found` has `COLUMNS` and `reasons`, null where the old ones stay."""
    with scope.of(creditor_id):
        bulk.stage("forecast_now", found.select(*COLUMNS, "reasons"))
        bulk.execute(RENEW, version_id)
        bulk.execute(PUT, creditor_id, version_id)


def basis(creditor_id: int, *, statement: str, on: date, by: str) -> None:
    """State, or with an empty statement take back, the lawful basis for forecasting persons by their own history."""
    with scope.of(creditor_id):
        ProfilingStatement.objects.create(creditor_id=creditor_id, effective_on=on, by=by, basis=statement)
        audit.link(creditor_id, actor=by, kind="profiling_basis", content={"basis": statement, "on": on})


_NAMES = ", ".join(COLUMNS)
RENEW = f"""
UPDATE receivable_forecast f SET version_id = %s, {", ".join(f"{name} = n.{name}" for name in COLUMNS[1:])}
FROM forecast_now n WHERE f.receivable_id = n.receivable_id AND n.reasons IS NULL
"""
PUT = f"""
INSERT INTO receivable_forecast (creditor_id, version_id, {_NAMES}, reasons)
SELECT %s, %s, {_NAMES}, reasons::jsonb FROM forecast_now WHERE reasons IS NOT NULL ORDER BY receivable_id
ON CONFLICT (creditor_id, receivable_id) DO UPDATE SET version_id = EXCLUDED.version_id, reasons = EXCLUDED.reasons,
  {", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS[1:])}
"""
