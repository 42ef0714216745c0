"""Pre-trial claims, what became of them, and debts acknowledged in writing."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("claim", "claim_event", "acknowledgement")


def protect(apps, schema_editor):
    for table in TABLES:
        guards.protect(table, schema_editor)
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        guards.grant(application, schema_editor)


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
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=f"store.{name}", **options)


class Migration(migrations.Migration):
    dependencies = [("store", "0011_parents")]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=fact(
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
                ("invoice", parent("invoice")),
            ),
            options={
                "db_table": "claim",
                "constraints": [models.UniqueConstraint(fields=("creditor", "number"), name="claim_once")],
            },
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=fact(
                ("event", models.TextField()),
                ("content_hash", models.TextField(default="")),
                ("detail", models.TextField(default="")),
                ("claim", parent("claim", related_name="events")),
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
            fields=fact(("evidence", models.TextField()), ("receivable", parent("receivable"))),
            options={"db_table": "acknowledgement"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
