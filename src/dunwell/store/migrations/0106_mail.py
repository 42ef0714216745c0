"""Sign-ins by OAuth 2 at mail services, and the folder into which what was sent is copied."""

from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [("store", "0090_replies")]

    operations = [
        migrations.AddField("creditor", "logins", models.JSONField(default=dict, db_default={})),
        migrations.AddField("creditor", "sent_folder", models.JSONField(default=dict, db_default={})),
        migrations.CreateModel(
            name="SentCopy",
            fields=tables.fact(
                ("message", tables.parent("message", models.OneToOneField, related_name="sent_copy")),
                ("attempt", tables.parent("attempt", models.OneToOneField, related_name="sent_copy")),
                ("outcome", models.TextField()),
                ("folder", models.TextField()),
            ),
            options={
                "db_table": "sent_copy",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(outcome__in=["copied", "there", "refused"]), name="sent_copy_outcome"
                    )
                ],
            },
        ),
        tables.protected("sent_copy"),
    ]
