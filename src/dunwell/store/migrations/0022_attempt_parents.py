"""The parents of an attempt: one is written for every message that goes, and each foreign key locked a row once more at its commit."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT

from dunwell.store import guards


def check(apps, schema_editor):
    guards.belongs("attempt", "message", schema_editor)


def unchecked(name, to, **options):
    field = models.ForeignKey(db_constraint=False, on_delete=PROTECT, to=f"store.{to}", **options)
    return migrations.AlterField(model_name="attempt", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("store", "0021_preferred")]

    operations = [
        unchecked("creditor", "creditor", db_index=False),
        unchecked("message", "message", related_name="attempt_rows"),
        migrations.RunPython(check, migrations.RunPython.noop),
    ]
