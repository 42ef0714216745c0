"""The bytes of a message are base64 for the most part: pressing them together costs the server more than it saves."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("store", "0002_guards")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE message_content ALTER mime SET STORAGE EXTERNAL",
            "ALTER TABLE message_content ALTER mime SET STORAGE EXTENDED",
        ),
        # The text part of a letter has about two thousand bytes: it stays in its row as it is.
        migrations.RunSQL(
            "ALTER TABLE message_content SET (toast_tuple_target = 4080)",
            "ALTER TABLE message_content RESET (toast_tuple_target)",
        ),
    ]
