"""A contact made by hand, a decision about an unknown message and a settled answer can be taken back."""

from functools import reduce
from operator import or_
from typing import Any

from django.db import migrations, models

from dunwell.store import guards, tables

ENDED = ("promise", "dispute", "hold", "touch")
ENDING_OF_ONE = reduce(or_, [models.Q(**{f"{one}__isnull": one != this for one in ENDED}) for this in ENDED])


def check_message(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(guards.CHECK_MESSAGE, None)


class Migration(migrations.Migration):
    dependencies = [("store", "0090_replies")]

    operations = [
        migrations.RemoveConstraint("ending", "ending_of_one"),
        migrations.AddField("ending", "touch", tables.parent("touch", models.OneToOneField, null=True)),
        migrations.AddConstraint("ending", models.CheckConstraint(condition=ENDING_OF_ONE, name="ending_of_one")),
        migrations.AlterField("pageanswersettled", "answer", tables.parent("pageanswer", related_name="settlements")),
        migrations.RunPython(check_message, migrations.RunPython.noop),
        tables.asked_anew,
    ]
