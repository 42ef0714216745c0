"""Agreed schedules: the plan with its paper and its decision, and the promises that belong to it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import tables

TABLES = ("payment_plan", "payment_plan_paper", "payment_plan_decision")


def of_plan(name):
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name=name, to="store.paymentplan")


class Migration(migrations.Migration):
    dependencies = [("store", "0024_deed_form")]

    operations = [
        migrations.CreateModel(
            name="PaymentPlan",
            fields=tables.fact(
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
            fields=tables.owned(
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("plan", of_plan("paper")),
            ),
            options={"db_table": "payment_plan_paper"},
        ),
        migrations.CreateModel(
            name="PaymentPlanDecision",
            fields=tables.fact(("outcome", models.TextField()), ("plan", of_plan("decision"))),
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
        tables.protected(*TABLES),
        tables.asked_anew,
    ]
