"""How a customer likes to pay, and when an order's work begins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0020_by_key")]

    operations = [
        migrations.AddField("customer", "preferred_method", models.TextField(db_default="", default="")),
        migrations.AddField("invoice", "starts_on", models.DateField(null=True)),
    ]
