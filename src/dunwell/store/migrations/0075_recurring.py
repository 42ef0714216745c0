"""Documents that are issued again and again, and the numbers that Dunwell gives."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = (
    *("document_number", "recurring", "recurring_price", "recurring_pause", "recurring_pause_end"),
    *("recurring_end", "recurring_issued"),
)


def protect(apps, schema_editor):
    for table in TABLES:
        guards.protect(table, schema_editor)
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        guards.grant(application, schema_editor)


def owned(*fields):
    """The columns of every row of a creditor around its own."""
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        *fields,
        (
            "creditor",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
        ),
    ]


def fact(*fields):
    """The columns of every fact around its own."""
    return owned(
        ("effective_on", models.DateField()),
        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ("by", models.TextField(default="")),
        ("why", models.TextField(default="")),
        *fields,
    )


def parent(name, kind=models.ForeignKey, **options):
    return kind(on_delete=django.db.models.deletion.PROTECT, to=f"store.{name}", **options)


class Migration(migrations.Migration):
    dependencies = [("store", "0050_forecasts")]

    operations = [
        migrations.CreateModel(
            name="DocumentNumber",
            fields=owned(
                ("kind", models.TextField()),
                ("range", models.TextField()),
                ("number", models.IntegerField()),
            ),
            options={
                "db_table": "document_number",
                "constraints": [
                    models.UniqueConstraint(fields=("creditor", "kind", "range", "number"), name="document_number_once"),
                    models.CheckConstraint(condition=models.Q(number__gt=0), name="document_number_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recurring",
            fields=fact(
                ("kind", models.TextField()),
                ("what_for", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("first", models.DateField()),
                ("every", models.IntegerField()),
                ("day_of_month", models.IntegerField(default=0)),
                ("last", models.DateField(null=True)),
                ("is_ahead", models.BooleanField(default=False)),
                ("days", models.IntegerField()),
                ("customer", parent("customer")),
            ),
            options={
                "db_table": "recurring",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(kind__in=("invoice", "request")), name="recurring_kind"),
                    models.CheckConstraint(condition=models.Q(days__gte=0), name="recurring_days"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecurringPrice",
            fields=fact(
                ("since", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("recurring", parent("recurring", related_name="prices")),
            ),
            options={
                "db_table": "recurring_price",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(amount__gt=0), name="recurring_price_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="RecurringPause",
            fields=fact(
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("recurring", parent("recurring", related_name="pauses")),
            ),
            options={"db_table": "recurring_pause"},
        ),
        migrations.CreateModel(
            name="RecurringPauseEnd",
            fields=fact(("pause", parent("recurringpause", models.OneToOneField, related_name="end"))),
            options={"db_table": "recurring_pause_end"},
        ),
        migrations.CreateModel(
            name="RecurringEnd",
            fields=fact(
                ("taken_back", models.BooleanField(default=False)),
                ("recurring", parent("recurring", related_name="ends")),
            ),
            options={"db_table": "recurring_end"},
        ),
        migrations.CreateModel(
            name="RecurringIssued",
            fields=fact(
                ("turn", models.DateField()),
                ("period_first", models.DateField()),
                ("period_last", models.DateField()),
                ("invoice", parent("invoice", models.OneToOneField, related_name="of_recurring")),
                ("recurring", parent("recurring", related_name="issued")),
            ),
            options={
                "db_table": "recurring_issued",
                "constraints": [
                    models.UniqueConstraint(fields=("recurring", "turn"), name="recurring_issued_once"),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
