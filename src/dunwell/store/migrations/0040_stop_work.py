"""Work that waits for payment, its end, and the news of both to another program."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import tables

TABLES = ("stop_work", "stop_work_end", "hook", "hook_call", "hook_attempt")


class Migration(migrations.Migration):
    dependencies = [("store", "0037_deadlines")]

    operations = [
        migrations.CreateModel(
            name="StopWork",
            fields=tables.fact(
                ("work", models.TextField()),
                ("basis", models.TextField()),
                ("announced_on", models.DateField()),
                ("receivables", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ("told", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ("rehearsal", models.BooleanField()),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
            ),
            options={
                "db_table": "stop_work",
                "indexes": [models.Index(fields=["creditor", "customer"], name="stop_work_customer")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(work__in=["running", "not_begun"]), name="stop_work_kind")
                ],
            },
        ),
        migrations.CreateModel(
            name="StopWorkEnd",
            fields=tables.fact(
                ("outcome", models.TextField()),
                (
                    "stop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="end", to="store.stopwork"
                    ),
                ),
            ),
            options={
                "db_table": "stop_work_end",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(outcome__in=("paid", "agreed", "mistaken")), name="stop_work_end_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Hook",
            fields=tables.fact(("address", models.TextField()), ("secret", models.TextField())),
            options={"db_table": "hook"},
        ),
        migrations.CreateModel(
            name="HookCall",
            fields=tables.fact(
                ("key", models.TextField()), ("body", models.TextField()), ("rehearsal", models.BooleanField())
            ),
            options={
                "db_table": "hook_call",
                "constraints": [models.UniqueConstraint(fields=("creditor", "key"), name="hook_call_once")],
            },
        ),
        migrations.CreateModel(
            name="HookAttempt",
            fields=tables.fact(
                ("taken", models.BooleanField()),
                ("said", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("retry_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="store.hookcall"
                    ),
                ),
            ),
            options={"db_table": "hook_attempt"},
        ),
        tables.protected(*TABLES),
        tables.asked_anew,
    ]
