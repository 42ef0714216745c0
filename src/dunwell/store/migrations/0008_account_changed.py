"""When a second person confirmed a bank account: letters written before it are not sent any more."""

from django.db import migrations, models

from dunwell.store import guards


class Migration(migrations.Migration):
    dependencies = [("store", "0007_page")]

    operations = [
        migrations.AddField("bankaccount", "confirmed_at", models.DateTimeField(null=True)),
        migrations.RunPython(guards.ask, migrations.RunPython.noop),
    ]
