"""What a client writes on the pay page stands among the replies."""

from django.db import migrations, models

BASES = ["references", "reply_address", "sender", "invoice_number", "page", "person", ""]


class Migration(migrations.Migration):
    dependencies = [("store", "0040_stop_work")]

    operations = [
        migrations.RemoveConstraint("inbound", "inbound_basis"),
        migrations.AddConstraint(
            "inbound", models.CheckConstraint(condition=models.Q(basis__in=BASES), name="inbound_basis")
        ),
    ]
