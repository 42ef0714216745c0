"""Forecast versions, the newest forecast of each receivable, and the basis on which natural persons are forecast."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("forecast_version", "receivable_forecast", "profiling_statement")


def protect(apps, schema_editor):
    for table in TABLES:
        guards.protect(table, schema_editor)
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        guards.grant(application, schema_editor)
        for table in guards.DERIVED:
            schema_editor.execute(f"GRANT UPDATE ON {table} TO {schema_editor.quote_name(application)}")


def fact(*fields):
    """The columns of every fact around its own."""
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("effective_on", models.DateField()),
        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ("by", models.TextField(default="")),
        ("why", models.TextField(default="")),
        *fields,
        (
            "creditor",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
        ),
    ]


def parent(name, **options):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=f"store.{name}", db_index=False, **options)


class Migration(migrations.Migration):
    dependencies = [("store", "0046_automatic_payment")]

    operations = [
        migrations.CreateModel(
            name="ForecastVersion",
            fields=fact(
                ("took_over", models.BooleanField()),
                ("fingerprint", models.TextField()),
                ("payments", models.IntegerField()),
                ("metrics", models.JSONField(default=dict)),
                ("calibration", models.JSONField(default=list)),
                ("model", models.TextField()),
            ),
            options={
                "db_table": "forecast_version",
                "indexes": [models.Index(fields=["creditor", "took_over", "id"], name="forecast_version_newest")],
            },
        ),
        migrations.CreateModel(
            name="ReceivableForecast",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "creditor_id", "receivable_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_on", models.DateField()),
                ("expected_on", models.DateField(null=True)),
                ("early_on", models.DateField(null=True)),
                ("late_on", models.DateField(null=True)),
                ("days", models.IntegerField()),
                ("probability", models.FloatField()),
                ("unpaid", models.FloatField()),
                ("reasons", models.JSONField(default=list)),
                ("creditor", parent("creditor", db_constraint=False)),
                ("receivable", parent("receivable", db_constraint=False)),
                ("version", parent("forecastversion", null=True)),
            ],
            options={"db_table": "receivable_forecast"},
        ),
        migrations.CreateModel(
            name="ProfilingStatement",
            fields=fact(("basis", models.TextField())),
            options={"db_table": "profiling_statement"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
