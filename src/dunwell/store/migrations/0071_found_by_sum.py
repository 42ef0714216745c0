"""A document is found by its sum."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0070_open_payments")]

    operations = [
        migrations.AddIndex("invoice", models.Index(fields=["creditor", "total"], name="invoice_total")),
    ]
