"""What a message names as not yet due is shown apart on its page."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0017_inbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="pagelink",
            name="later",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
    ]
