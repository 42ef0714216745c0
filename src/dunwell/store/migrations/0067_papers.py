"""E-invoices as their issuer wrote them, how VAT stands on documents, and the logo at their head."""

from django.db import migrations, models

from dunwell.store import tables

TABLES = ("issued_document", "vat_rule", "logo")


class Migration(migrations.Migration):
    dependencies = [("store", "0062_outbox_by_key")]

    operations = [
        migrations.CreateModel(
            name="IssuedDocument",
            fields=tables.fact(
                ("body", models.TextField()), ("invoice", tables.parent("invoice", db_constraint=False))
            ),
            options={"db_table": "issued_document"},
        ),
        migrations.CreateModel(
            name="VatRule",
            fields=tables.fact(
                ("category", models.TextField()),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5)),
                ("reason", models.TextField(default="")),
                ("customer", tables.parent("customer", null=True)),
                ("invoice", tables.parent("invoice", null=True)),
            ),
            options={
                "db_table": "vat_rule",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(customer__isnull=True) | models.Q(invoice__isnull=True),
                        name="vat_rule_one_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(category__in=["S", "Z", "E", "AE", "G", "O"]), name="vat_rule_category"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Logo",
            fields=tables.fact(("picture", models.BinaryField())),
            options={"db_table": "logo"},
        ),
        tables.protected(*TABLES),
    ]
