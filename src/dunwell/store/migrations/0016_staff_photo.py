"""The photo of a person who signs: small, shown in letters and on the pay page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0015_credit_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="staff",
            name="photo",
            field=models.BinaryField(null=True),
        ),
    ]
