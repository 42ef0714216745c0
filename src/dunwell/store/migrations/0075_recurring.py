"""Documents that are issued again and again, and the numbers that Dunwell gives."""

from django.db import migrations, models

from dunwell.store import tables

TABLES = (
    *("document_number", "recurring", "recurring_price", "recurring_pause", "recurring_pause_end"),
    *("recurring_end", "recurring_issued"),
)


class Migration(migrations.Migration):
    dependencies = [("store", "0072_house")]

    operations = [
        migrations.CreateModel(
            name="DocumentNumber",
            fields=tables.owned(
                ("kind", models.TextField()),
                ("range", models.TextField()),
                ("number", models.IntegerField()),
            ),
            options={
                "db_table": "document_number",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("creditor", "kind", "range", "number"), name="document_number_once"
                    ),
                    models.CheckConstraint(condition=models.Q(number__gt=0), name="document_number_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recurring",
            fields=tables.fact(
                ("kind", models.TextField()),
                ("what_for", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("first", models.DateField()),
                ("every", models.IntegerField()),
                ("day_of_month", models.IntegerField(default=0)),
                ("last", models.DateField(null=True)),
                ("is_ahead", models.BooleanField(default=False)),
                ("days", models.IntegerField()),
                ("customer", tables.parent("customer")),
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
            fields=tables.fact(
                ("since", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("recurring", tables.parent("recurring", related_name="prices")),
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
            fields=tables.fact(
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("recurring", tables.parent("recurring", related_name="pauses")),
            ),
            options={"db_table": "recurring_pause"},
        ),
        migrations.CreateModel(
            name="RecurringPauseEnd",
            fields=tables.fact(("pause", tables.parent("recurringpause", models.OneToOneField, related_name="end"))),
            options={"db_table": "recurring_pause_end"},
        ),
        migrations.CreateModel(
            name="RecurringEnd",
            fields=tables.fact(
                ("taken_back", models.BooleanField(default=False)),
                ("recurring", tables.parent("recurring", related_name="ends")),
            ),
            options={"db_table": "recurring_end"},
        ),
        migrations.CreateModel(
            name="RecurringIssued",
            fields=tables.fact(
                ("turn", models.DateField()),
                ("period_first", models.DateField()),
                ("period_last", models.DateField()),
                ("invoice", tables.parent("invoice", models.OneToOneField, related_name="of_recurring")),
                ("recurring", tables.parent("recurring", related_name="issued")),
            ),
            options={
                "db_table": "recurring_issued",
                "constraints": [
                    models.UniqueConstraint(fields=("recurring", "turn"), name="recurring_issued_once"),
                ],
            },
        ),
        tables.protected(*TABLES),
    ]
