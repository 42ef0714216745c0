"""Payments of which something is left, kept by the database: to find them no longer means to read every payment there ever was."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards


def keep(apps, schema_editor):
    schema_editor.execute(guards.FILL_OPEN_PAYMENTS, None)
    guards.protect("payment_open", schema_editor)
    schema_editor.execute(guards.OPEN_PAYMENTS, None)
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        guards.grant(application, schema_editor)
        schema_editor.execute(f"GRANT DELETE ON payment_open TO {schema_editor.quote_name(application)}")


class Migration(migrations.Migration):
    dependencies = [("store", "0050_forecasts")]

    operations = [
        migrations.CreateModel(
            name="PaymentOpen",
            fields=[
                (
                    "payment",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="store.payment",
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.creditor",
                    ),
                ),
            ],
            options={"db_table": "payment_open"},
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
