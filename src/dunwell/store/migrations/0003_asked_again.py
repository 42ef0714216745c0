"""Before a letter goes: also an address corrected since, and credit that came, went or was used."""

from django.db import migrations

from dunwell.store import guards


class Migration(migrations.Migration):
    dependencies = [("store", "0002_guards")]

    operations = [
        migrations.RenameField("message", "facts_hash", "credit"),
        migrations.RunPython(guards.ask, migrations.RunPython.noop),
    ]
