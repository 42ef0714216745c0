"""One deed on many customers, and what each had before."""

from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [("store", "0107_digest")]

    operations = [
        migrations.CreateModel(
            name="BulkEdit",
            fields=tables.fact(
                ("field", models.TextField()),
                ("value", models.TextField()),
                ("undoes", tables.parent("bulkedit", models.OneToOneField, null=True, related_name="undone_by")),
            ),
            options={"db_table": "bulk_edit"},
        ),
        migrations.CreateModel(
            name="BulkChange",
            fields=tables.owned(
                ("edit", tables.parent("bulkedit", related_name="changes")),
                ("customer", tables.parent("customer")),
                ("old", models.TextField()),
                ("new", models.TextField()),
            ),
            options={"db_table": "bulk_change"},
        ),
        tables.protected("bulk_edit", "bulk_change"),
    ]
