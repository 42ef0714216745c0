"""The way from a customer to their credit notes, which have no receivables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0014_console")]

    operations = [
        migrations.AddIndex(
            "invoice",
            models.Index(
                fields=["creditor", "customer"], name="invoice_credit", condition=models.Q(kind="credit_note")
            ),
        ),
    ]
