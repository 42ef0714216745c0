"""Books restored from a backup, and a person's word on what went out since: before it, no switch turns to live (I17)."""

from django.db import migrations, models

from dunwell.store.tables import fact, parent, protected

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


class Migration(migrations.Migration):
    dependencies = [("store", "0080_survey")]

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
            fields=fact(("restoration", parent("restoration", models.OneToOneField, related_name="confirmed"))),
            options={"db_table": "restoration_confirmed"},
        ),
        protected("restoration", "restoration_confirmed"),
        migrations.RunSQL(NOT_LIVE_UNCONFIRMED),
    ]
