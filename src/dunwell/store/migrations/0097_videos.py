"""Personal videos, kept in the database with everything else: backed up, bound to their creditor, erased with the person they were for."""

from pathlib import Path

from django.db import migrations, models

from dunwell.store import guards
from dunwell.store.tables import fact, owned, parent, protected


def install(apps, schema_editor):
    schema_editor.execute((Path(guards.__file__).parent / "sql" / "erase.sql").read_text(), None)


class Migration(migrations.Migration):
    dependencies = [("store", "0091_taken_back")]

    operations = [
        migrations.CreateModel(
            name="Video",
            fields=fact(
                ("customer", parent("customer")),
                ("last_day", models.DateField()),
                ("seconds", models.IntegerField()),
                ("media_type", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.IntegerField()),
            ),
            options={"db_table": "video"},
        ),
        migrations.CreateModel(
            name="VideoContent",
            fields=owned(
                ("video", parent("video", models.OneToOneField, related_name="content")),
                ("recording", models.BinaryField()),
                ("still", models.BinaryField()),
                ("captions", models.TextField()),
            ),
            options={"db_table": "video_content"},
        ),
        migrations.CreateModel(
            name="VideoEnd",
            fields=fact(("video", parent("video", models.OneToOneField, related_name="end"))),
            options={"db_table": "video_end"},
        ),
        migrations.CreateModel(
            name="VideoView",
            fields=fact(
                ("video", parent("video", related_name="views")),
                ("link", parent("pagelink", db_index=False)),
                ("rehearsal", models.BooleanField()),
            ),
            options={"db_table": "video_view"},
        ),
        migrations.AddConstraint(
            "videoview",
            models.UniqueConstraint(fields=["video", "link", "effective_on"], name="video_view_once_a_day"),
        ),
        protected("video", "video_content", "video_end", "video_view"),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
