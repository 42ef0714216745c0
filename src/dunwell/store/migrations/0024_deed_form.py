"""Forms of the console that were carried out, so that a second press does nothing."""

import django.db.models.deletion
from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [("store", "0022_attempt_parents")]

    operations = [
        migrations.CreateModel(
            name="DeedForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form_id", models.TextField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={"db_table": "deed_form"},
        ),
        migrations.AddConstraint(
            model_name="deedform",
            constraint=models.UniqueConstraint(fields=("creditor", "form_id"), name="deed_form_once"),
        ),
        tables.protected("deed_form"),
    ]
