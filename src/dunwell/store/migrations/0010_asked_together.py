"""The last question before letters go is asked for all of a batch at once."""

from django.db import migrations

from dunwell.store import guards


class Migration(migrations.Migration):
    dependencies = [("store", "0009_audit_head")]

    operations = [migrations.RunPython(guards.ask, migrations.RunPython.noop)]
