"""Offers, to whom they were made, and how that ended."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from dunwell.store import tables

TABLES = ("offer", "offer_end", "offer_grant", "grant_end")


class Migration(migrations.Migration):
    dependencies = [("store", "0035_credits")]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=tables.fact(
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
                ("customer", tables.parent("customer", null=True)),
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
            fields=tables.fact(("offer", tables.parent("offer", models.OneToOneField, related_name="end"))),
            options={"db_table": "offer_end"},
        ),
        migrations.CreateModel(
            name="OfferGrant",
            fields=tables.fact(
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("last_day", models.DateField()),
                ("ends_at", models.DateTimeField()),
                ("rehearsal", models.BooleanField()),
                ("offer", tables.parent("offer", related_name="grants")),
                ("receivable", tables.parent("receivable")),
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
            fields=tables.fact(
                ("outcome", models.TextField()),
                ("grant", tables.parent("offergrant", models.OneToOneField, related_name="end")),
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
            model_name="creditdue", name="grant", field=tables.parent("offergrant", models.OneToOneField, null=True)
        ),
        tables.protected(*TABLES),
    ]
