"""E-invoices as their issuer wrote them, how VAT stands on documents, and the logo at their head."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("issued_document", "vat_rule", "logo")


def protect(apps, schema_editor):
    for table in TABLES:
        guards.protect(table, schema_editor)
    guards.belongs("issued_document", "invoice", schema_editor)
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


def parent(name, **options):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=f"store.{name}", **options)


class Migration(migrations.Migration):
    dependencies = [("store", "0090_replies")]

    operations = [
        migrations.CreateModel(
            name="IssuedDocument",
            fields=fact(("body", models.TextField()), ("invoice", parent("invoice", db_constraint=False))),
            options={"db_table": "issued_document"},
        ),
        migrations.CreateModel(
            name="VatRule",
            fields=fact(
                ("category", models.TextField()),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5)),
                ("reason", models.TextField(default="")),
                ("customer", parent("customer", null=True)),
                ("invoice", parent("invoice", null=True)),
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
            fields=fact(("picture", models.BinaryField())),
            options={"db_table": "logo"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
