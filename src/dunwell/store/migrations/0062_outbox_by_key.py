"""The last question finds its messages by key, whatever the statistics of a table say that grew a moment ago."""

from django.db import migrations

from dunwell.store import guards


class Migration(migrations.Migration):
    dependencies = [("store", "0060_forecast_known")]

    operations = [migrations.RunPython(guards.ask, migrations.RunPython.noop)]
