"""Paying online: what was started, what providers told, and with which keys they are asked."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0012_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="creditor",
            name="providers",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="OnlineEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("provider", models.TextField()),
                ("event_id", models.TextField()),
                ("kind", models.TextField()),
                ("provider_payment", models.TextField()),
                ("reference", models.TextField(default="")),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={
                "db_table": "online_event",
            },
        ),
        migrations.CreateModel(
            name="OnlineNews",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.BinaryField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="news", to="store.onlineevent"
                    ),
                ),
            ],
            options={
                "db_table": "online_news",
            },
        ),
        migrations.CreateModel(
            name="OnlinePayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("reference", models.CharField(max_length=40)),
                ("form_id", models.TextField()),
                ("provider", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                (
                    "receivables",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("rehearsal", models.BooleanField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
                ("link", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.pagelink")),
            ],
            options={
                "db_table": "online_payment",
            },
        ),
        migrations.CreateModel(
            name="OnlineStart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("provider_id", models.TextField()),
                ("url", models.TextField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="start", to="store.onlinepayment"
                    ),
                ),
            ],
            options={
                "db_table": "online_start",
            },
        ),
        migrations.AddConstraint(
            model_name="onlineevent",
            constraint=models.UniqueConstraint(fields=("creditor", "provider", "event_id"), name="online_event_once"),
        ),
        migrations.AddConstraint(
            model_name="onlinepayment",
            constraint=models.UniqueConstraint(fields=("creditor", "reference"), name="online_payment_reference"),
        ),
        migrations.AddConstraint(
            model_name="onlinepayment",
            constraint=models.UniqueConstraint(fields=("creditor", "form_id"), name="online_payment_once"),
        ),
        migrations.AddConstraint(
            model_name="onlinepayment",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="online_payment_positive"),
        ),
        tables.protected("online_payment", "online_start", "online_event", "online_news"),
    ]
