"""Pre-trial claims, what became of them, and debts acknowledged in writing."""

from django.db import migrations, models

from dunwell.store import tables

TABLES = ("claim", "claim_event", "acknowledgement")


class Migration(migrations.Migration):
    dependencies = [("store", "0011_parents")]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=tables.fact(
                ("number", models.TextField()),
                ("locale", models.CharField(max_length=2)),
                ("law", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("principal", models.BigIntegerField()),
                ("interest", models.BigIntegerField()),
                ("compensation", models.BigIntegerField()),
                ("pay_by", models.DateField()),
                ("court_from", models.DateField()),
                ("content_hash", models.TextField()),
                ("asked", models.JSONField(default=dict)),
                ("invoice", tables.parent("invoice")),
            ),
            options={
                "db_table": "claim",
                "constraints": [models.UniqueConstraint(fields=("creditor", "number"), name="claim_once")],
            },
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=tables.fact(
                ("event", models.TextField()),
                ("content_hash", models.TextField(default="")),
                ("detail", models.TextField(default="")),
                ("claim", tables.parent("claim", related_name="events")),
            ),
            options={
                "db_table": "claim_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(event__in=("approved", "sent", "handed_over", "withdrawn")),
                        name="claim_event_kind",
                    ),
                    models.UniqueConstraint(fields=("claim", "event"), name="claim_event_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=tables.fact(("evidence", models.TextField()), ("receivable", tables.parent("receivable"))),
            options={"db_table": "acknowledgement"},
        ),
        tables.protected(*TABLES),
    ]
