"""The morning digest: who wants it, every try to send it, and what became of each."""

from django.db import migrations, models

from dunwell.store import tables

OUTCOMES = ("sent", "quiet", "failed_temporary", "failed_permanent", "unknown")


class Migration(migrations.Migration):
    dependencies = [("store", "0106_mail")]

    operations = [
        migrations.CreateModel(
            name="DigestChoice",
            fields=tables.fact(
                ("reader", models.TextField()),
                ("wanted", models.BooleanField()),
                ("address", models.TextField(default="")),
                ("locale", models.CharField(max_length=2, default="")),
            ),
            options={
                "db_table": "digest_choice",
                "indexes": [models.Index(fields=["creditor", "reader", "id"], name="digest_choice_last")],
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=tables.fact(
                ("reader", models.TextField()),
                ("attempt", models.IntegerField()),
                ("rehearsal", models.BooleanField()),
            ),
            options={
                "db_table": "digest",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["creditor", "reader", "effective_on", "rehearsal", "attempt"], name="digest_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DigestEnd",
            fields=tables.fact(
                ("digest", tables.parent("digest", models.OneToOneField, related_name="end")),
                ("outcome", models.TextField()),
            ),
            options={
                "db_table": "digest_end",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="digest_end_outcome")
                ],
            },
        ),
        tables.protected("digest_choice", "digest", "digest_end"),
    ]
