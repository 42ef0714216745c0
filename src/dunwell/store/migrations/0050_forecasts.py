"""Forecast versions, the newest forecast of each receivable, and the basis on which natural persons are forecast."""

from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards, tables

TABLES = ("forecast_version", "receivable_forecast", "profiling_statement")


def let_replace(apps, schema_editor):
    """What is derived is made anew by the application."""
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        for table in guards.DERIVED:
            schema_editor.execute(f"GRANT UPDATE ON {table} TO {schema_editor.quote_name(application)}")


class Migration(migrations.Migration):
    dependencies = [("store", "0046_automatic_payment")]

    operations = [
        migrations.CreateModel(
            name="ForecastVersion",
            fields=tables.fact(
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
                ("creditor", tables.parent("creditor", db_index=False, db_constraint=False)),
                ("receivable", tables.parent("receivable", db_index=False, db_constraint=False)),
                ("version", tables.parent("forecastversion", db_index=False, null=True)),
            ],
            options={"db_table": "receivable_forecast"},
        ),
        migrations.CreateModel(
            name="ProfilingStatement",
            fields=tables.fact(("basis", models.TextField())),
            options={"db_table": "profiling_statement"},
        ),
        tables.protected(*TABLES),
        migrations.RunPython(let_replace, migrations.RunPython.noop),
    ]
