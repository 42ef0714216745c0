"""Before a letter goes: also an address corrected since, and credit that came, went or was used."""

from django.db import migrations, models

from dunwell.store import guards


class Migration(migrations.Migration):
    dependencies = [("store", "0004_bank_statements")]

    operations = [
        migrations.RenameField("message", "facts_hash", "credit"),
        migrations.AddIndex(
            "payment",
            models.Index(
                fields=["creditor", "recorded_on"], name="payment_of_nobody", condition=models.Q(customer__isnull=True)
            ),
        ),
        migrations.RunPython(guards.ask, migrations.RunPython.noop),
    ]
