"""What people's corrections taught the creditor's own reader, and the secret of a program that brings replies; letters are reviewed beside calls."""

from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [("store", "0086_erasures")]

    operations = [
        migrations.AddField("callreviewed", "is_letter", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="ReaderLesson",
            fields=tables.fact(
                ("texts", models.IntegerField()),
                ("words", models.IntegerField()),
                ("agreed_before", models.IntegerField()),
                ("agreed", models.IntegerField()),
                ("is_used", models.BooleanField()),
                ("shifts", models.JSONField(default=dict)),
            ),
            options={"db_table": "reader_lesson"},
        ),
        migrations.CreateModel(
            name="InboxHook",
            fields=tables.fact(("secret", models.TextField(default=""))),
            options={"db_table": "inbox_hook"},
        ),
        tables.protected("reader_lesson", "inbox_hook"),
    ]
