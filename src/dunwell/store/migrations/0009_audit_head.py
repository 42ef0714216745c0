"""The head of the audit chain, noted beside it: links cut off the end are noticed."""

import django.db.models.deletion
from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [("store", "0008_account_changed")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                ("chained", models.TextField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={
                "db_table": "audit_head",
                "constraints": [models.UniqueConstraint(fields=("creditor", "sequence"), name="audit_head_once")],
            },
        ),
        tables.protected("audit_head"),
    ]
