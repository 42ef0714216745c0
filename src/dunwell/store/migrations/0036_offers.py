"""Offers, to whom they were made, and how that ended."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("offer", "offer_end", "offer_grant", "grant_end")


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
    dependencies = [("store", "0035_credits")]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=fact(
                ("name", models.TextField()),
                ("kind", models.TextField()),
                ("share", models.IntegerField()),
                ("days", models.IntegerField()),
                ("until", models.DateField()),
                ("margin", models.IntegerField()),
                ("floor", models.IntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("budget", models.BigIntegerField(null=True)),
                ("excluded", ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("platform", models.TextField(default="")),
                ("segment", models.TextField(default="")),
                ("customer", parent("customer", null=True)),
            ),
            options={
                "db_table": "offer",
                "constraints": [
                    models.UniqueConstraint(fields=("creditor", "name"), name="offer_once"),
                    models.CheckConstraint(
                        condition=models.Q(kind__in=["discount", "bonus", "cashback"]), name="offer_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferEnd",
            fields=fact(("offer", parent("offer", models.OneToOneField, related_name="end"))),
            options={"db_table": "offer_end"},
        ),
        migrations.CreateModel(
            name="OfferGrant",
            fields=fact(
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("last_day", models.DateField()),
                ("ends_at", models.DateTimeField()),
                ("rehearsal", models.BooleanField()),
                ("offer", parent("offer", related_name="grants")),
                ("receivable", parent("receivable")),
            ),
            options={
                "db_table": "offer_grant",
                "indexes": [models.Index(fields=["creditor", "receivable"], name="offer_grant_receivable")],
                "constraints": [
                    models.UniqueConstraint(fields=("offer", "receivable", "rehearsal"), name="offer_grant_once"),
                    models.CheckConstraint(condition=models.Q(amount__gt=0), name="offer_grant_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantEnd",
            fields=fact(
                ("outcome", models.TextField()),
                ("grant", parent("offergrant", models.OneToOneField, related_name="end")),
            ),
            options={
                "db_table": "grant_end",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(outcome__in=("earned", "expired", "withdrawn")), name="grant_end_outcome"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="creditdue", name="grant", field=parent("offergrant", models.OneToOneField, null=True)
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
