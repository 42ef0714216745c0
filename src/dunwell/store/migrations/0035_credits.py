"""Who answers a dispute until when; credit notes that are owed, and how that ended."""

from django.db import migrations, models

from dunwell.store import tables

TABLES = ("dispute_care", "credit_due", "credit_settled")


class Migration(migrations.Migration):
    dependencies = [("store", "0031_terms_proposal")]

    operations = [
        migrations.CreateModel(
            name="DisputeCare",
            fields=tables.fact(
                ("owner", models.TextField()),
                ("due_on", models.DateField()),
                ("dispute", tables.parent("dispute", related_name="cares")),
            ),
            options={"db_table": "dispute_care"},
        ),
        migrations.CreateModel(
            name="CreditDue",
            fields=tables.fact(
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("cause", models.TextField()),
                ("rehearsal", models.BooleanField(default=False)),
                ("receivable", tables.parent("receivable")),
                ("set_aside", tables.parent("dispute", models.OneToOneField, null=True)),
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
            fields=tables.fact(
                ("due", tables.parent("creditdue", models.OneToOneField, related_name="settled")),
                ("credit_note", tables.parent("invoice", models.OneToOneField, null=True)),
            ),
            options={"db_table": "credit_settled"},
        ),
        tables.protected(*TABLES),
    ]
