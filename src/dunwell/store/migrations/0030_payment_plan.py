"""Agreed schedules: the plan with its paper and its decision, and the promises that belong to it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("payment_plan", "payment_plan_paper", "payment_plan_decision")


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


def of_plan(name):
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name=name, to="store.paymentplan")


class Migration(migrations.Migration):
    dependencies = [("store", "0024_deed_form")]

    operations = [
        migrations.CreateModel(
            name="PaymentPlan",
            fields=fact(
                (
                    "receivables",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("schedule", models.JSONField()),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("received_before", models.BigIntegerField()),
                ("grace_days", models.IntegerField()),
                ("reminder_days", models.IntegerField()),
                ("locale", models.CharField(max_length=2)),
                ("evidence", models.TextField()),
                ("is_asked", models.BooleanField(default=False)),
                ("rehearsal", models.BooleanField(default=False)),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
            ),
            options={
                "db_table": "payment_plan",
                "indexes": [models.Index(fields=["creditor", "customer"], name="payment_plan_customer")],
                "constraints": [models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_plan_positive")],
            },
        ),
        migrations.CreateModel(
            name="PaymentPlanPaper",
            fields=owned(
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("plan", of_plan("paper")),
            ),
            options={"db_table": "payment_plan_paper"},
        ),
        migrations.CreateModel(
            name="PaymentPlanDecision",
            fields=fact(("outcome", models.TextField()), ("plan", of_plan("decision"))),
            options={
                "db_table": "payment_plan_decision",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(outcome__in=("allowed", "refused")), name="payment_plan_decision_kind"
                    )
                ],
            },
        ),
        migrations.AddField(
            "promise",
            "plan",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="promises",
                to="store.paymentplan",
            ),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
        migrations.RunPython(guards.ask, migrations.RunPython.noop),
    ]
