"""The one procedure that erases personal content, and the record of each erasure."""

from pathlib import Path

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from dunwell.store import guards
from dunwell.store.tables import fact, protected


def install(apps, schema_editor):
    schema_editor.execute((Path(guards.__file__).parent / "sql" / "erase.sql").read_text(), None)
    application = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION dunwell_erase TO {application}", None)


class Migration(migrations.Migration):
    dependencies = [("store", "0085_restorations")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=fact(
                ("keys", ArrayField(base_field=models.TextField())),
                ("customers", ArrayField(base_field=models.TextField(), default=list)),
                ("has_books", models.BooleanField()),
            ),
            options={"db_table": "erasure"},
        ),
        protected("erasure"),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
