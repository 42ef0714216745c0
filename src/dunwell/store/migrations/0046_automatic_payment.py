"""Automatic payment: what clients agreed to, its end, and each charge before it happens; a charge announced holds a letter."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0045_reply_from_page"),
    ]

    operations = [
        migrations.CreateModel(
            name="AutoConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("provider", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("most", models.BigIntegerField()),
                ("words", models.TextField()),
                ("rehearsal", models.BooleanField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
                ("link", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.pagelink")),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consent", to="store.onlinepayment"
                    ),
                ),
            ],
            options={
                "db_table": "auto_consent",
            },
        ),
        migrations.CreateModel(
            name="AutoCharge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("charge_on", models.DateField()),
                ("rehearsal", models.BooleanField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="store.message"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="charge", to="store.onlinepayment"
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="store.autoconsent"
                    ),
                ),
            ],
            options={
                "db_table": "auto_charge",
            },
        ),
        migrations.CreateModel(
            name="AutoEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="end", to="store.autoconsent"
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={
                "db_table": "auto_end",
            },
        ),
        migrations.CreateModel(
            name="AutoMethod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.TextField()),
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="method", to="store.autoconsent"
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={
                "db_table": "auto_method",
            },
        ),
        migrations.AddConstraint(
            model_name="autoconsent",
            constraint=models.CheckConstraint(condition=models.Q(("most__gt", 0)), name="auto_consent_positive"),
        ),
        tables.protected("auto_consent", "auto_method", "auto_end", "auto_charge"),
        tables.asked_anew,
    ]
