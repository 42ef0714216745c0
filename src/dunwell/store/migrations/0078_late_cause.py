"""Why payments came late."""

from django.db import migrations, models

from dunwell.store import tables
from dunwell.store.tables import fact, parent

CAUSES = ("forgotten", "not_received", "wrong_person", "approval", "cash", "our_side", "bank", "other")


class Migration(migrations.Migration):
    dependencies = [("store", "0077_agreed_by_reply")]

    operations = [
        migrations.CreateModel(
            name="LateReason",
            fields=fact(
                ("cause", models.TextField()),
                ("receivable", parent("receivable", related_name="late_reasons")),
            ),
            options={
                "db_table": "late_reason",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(cause__in=CAUSES), name="late_reason_cause"),
                ],
            },
        ),
        tables.protected("late_reason"),
    ]
