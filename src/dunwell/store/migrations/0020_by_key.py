"""What a statement adds is checked by key, however large its tables have grown; no index of what is nearly always empty."""

import django.db.models.deletion
from django.db import migrations, models

from dunwell.store import guards


def check(apps, schema_editor):
    schema_editor.execute(guards.CHECK_ALLOCATIONS + guards.CHECK_PARENT, None)


class Migration(migrations.Migration):
    dependencies = [("store", "0019_call_screen")]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="reverses",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="store.payment"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                fields=["reverses"], name="payment_reverses", condition=models.Q(reverses__isnull=False)
            ),
        ),
        migrations.AlterField(
            model_name="allocation",
            name="credit_note",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.invoice",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                fields=["credit_note"], name="allocation_credit_note", condition=models.Q(credit_note__isnull=False)
            ),
        ),
        migrations.RunPython(check, migrations.RunPython.noop),
    ]
