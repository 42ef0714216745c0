"""Who answers a dispute until when; credit notes that are owed, and how that ended."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("dispute_care", "credit_due", "credit_settled")


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


def parent(name, kind=models.ForeignKey, **options):
    return kind(on_delete=django.db.models.deletion.PROTECT, to=f"store.{name}", **options)


class Migration(migrations.Migration):
    dependencies = [("store", "0031_terms_proposal")]

    operations = [
        migrations.CreateModel(
            name="DisputeCare",
            fields=fact(
                ("owner", models.TextField()),
                ("due_on", models.DateField()),
                ("dispute", parent("dispute", related_name="cares")),
            ),
            options={"db_table": "dispute_care"},
        ),
        migrations.CreateModel(
            name="CreditDue",
            fields=fact(
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("cause", models.TextField()),
                ("rehearsal", models.BooleanField(default=False)),
                ("receivable", parent("receivable")),
                ("set_aside", parent("dispute", models.OneToOneField, null=True)),
            ),
            options={
                "db_table": "credit_due",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(amount__gt=0), name="credit_due_positive"),
                    models.CheckConstraint(
                        condition=models.Q(cause__in=("dispute", "discount", "bonus", "cashback")),
                        name="credit_due_cause",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditSettled",
            fields=fact(
                ("due", parent("creditdue", models.OneToOneField, related_name="settled")),
                ("credit_note", parent("invoice", models.OneToOneField, null=True)),
            ),
            options={"db_table": "credit_settled"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
