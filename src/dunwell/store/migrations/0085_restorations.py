"""Books restored from a backup, and a person's word on what went out since: before it, no switch turns to live (I17)."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("restoration", "restoration_confirmed")
NOT_LIVE_UNCONFIRMED = """
CREATE FUNCTION dunwell_refuse_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind = 'mode' AND NEW.value = 'live' AND EXISTS (
    SELECT FROM restoration r WHERE r.creditor_id = NEW.creditor_id
      AND NOT EXISTS (SELECT FROM restoration_confirmed c WHERE c.restoration_id = r.id)) THEN
    RAISE EXCEPTION 'creditor %: its books were restored, and nobody has said what went out since', NEW.creditor_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER switch_not_live_unconfirmed BEFORE INSERT ON switch FOR EACH ROW EXECUTE FUNCTION dunwell_refuse_live();
"""


def protect(apps, schema_editor):
    for table in TABLES:
        guards.protect(table, schema_editor)
    schema_editor.execute(NOT_LIVE_UNCONFIRMED, None)
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        guards.grant(application, schema_editor)


def fact(*fields):
    """The columns of every fact around its own."""
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("effective_on", models.DateField()),
        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ("by", models.TextField(default="")),
        ("why", models.TextField(default="")),
        *fields,
        (
            "creditor",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("store", "0050_forecasts")]

    operations = [
        migrations.CreateModel(
            name="Restoration",
            fields=fact(
                ("backup_at", models.DateTimeField()),
                ("was_live", models.BooleanField()),
                ("replaced", models.TextField()),
            ),
            options={"db_table": "restoration"},
        ),
        migrations.CreateModel(
            name="RestorationConfirmed",
            fields=fact(
                (
                    "restoration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="confirmed", to="store.restoration"
                    ),
                )
            ),
            options={"db_table": "restoration_confirmed"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
