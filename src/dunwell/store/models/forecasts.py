"""Forecasts: the versions of a creditor's model, what was forecast last for each receivable, and on what basis persons are."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact, Owned, parent, unchecked_creditor
from dunwell.store.models.invoices import Receivable


class ForecastVersion(Fact):
    """One learning from the books; `effective_on` is the day it knew the books up to.

    `took_over`: it forecasts from then on; else it stays in the shadow, and `why` says what it was measured against.
    `fingerprint` is the SHA-256 of the payments it learned from, `metrics` its measures out of time beside those of the
    untrained histories and of the version before, `calibration` the points of its calibration picture.
    """

    took_over = models.BooleanField()
    fingerprint = models.TextField()
    payments = models.IntegerField()
    metrics = models.JSONField(default=dict)
    calibration = models.JSONField(default=list)
    model = models.TextField()

    class Meta:
        db_table = "forecast_version"
        indexes = [models.Index(fields=["creditor", "took_over", "id"], name="forecast_version_newest")]


class ReceivableForecast(Owned):
    """The newest forecast of one receivable, written anew when its turn comes (`engine.forecast_turns`). Null dates: not to be expected within the horizon.

    `probability`: paid without us within `days`; `unpaid`: still unpaid after `core.forecast.LOSS_DAYS` days. `version` is null
    where the untrained histories spoke; `known` is a digest of what the forecast rests on: while it stays, nothing changed.
    """

    pk = models.CompositePrimaryKey("creditor_id", "receivable_id")
    creditor = unchecked_creditor()
    receivable = parent(Receivable)
    version = models.ForeignKey(ForecastVersion, null=True, on_delete=models.PROTECT, db_index=False)
    known = models.BigIntegerField(null=True)
    made_on = models.DateField()
    expected_on = models.DateField(null=True)
    early_on = models.DateField(null=True)
    late_on = models.DateField(null=True)
    days = models.IntegerField()
    probability = models.FloatField()
    unpaid = models.FloatField()
    reasons = models.JSONField(default=list)

    class Meta:
        db_table = "receivable_forecast"


class ProfilingStatement(Fact):
    """A lawful basis on which natural persons are forecast by their own history; an empty one takes the last back."""

    basis = models.TextField()

    class Meta:
        db_table = "profiling_statement"
