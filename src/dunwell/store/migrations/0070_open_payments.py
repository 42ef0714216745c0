"""Payments of which something is left, kept by the database: to find them no longer means to read every payment there ever was."""

from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards, tables


def fill(apps, schema_editor):
    schema_editor.execute(guards.FILL_OPEN_PAYMENTS, None)


def keep(apps, schema_editor):
    schema_editor.execute(guards.OPEN_PAYMENTS, None)
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        schema_editor.execute(f"GRANT DELETE ON payment_open TO {schema_editor.quote_name(application)}")


class Migration(migrations.Migration):
    dependencies = [("store", "0067_papers")]

    operations = [
        migrations.CreateModel(
            name="PaymentOpen",
            fields=[
                (
                    "payment",
                    tables.parent(
                        "payment", models.OneToOneField, db_constraint=False, primary_key=True, serialize=False
                    ),
                ),
                ("creditor", tables.parent("creditor", db_constraint=False, db_index=False)),
            ],
            options={"db_table": "payment_open"},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        tables.protected("payment_open"),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
