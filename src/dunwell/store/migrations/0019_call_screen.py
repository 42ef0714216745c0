"""What came of a call, the client's answer to the question from 1 to 10, and the way to the newest payments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0018_page_later")]

    operations = [
        migrations.AddField("touch", "outcome", models.TextField(default="", db_default="")),
        migrations.AddField("touch", "score", models.SmallIntegerField(null=True)),
        migrations.AddConstraint(
            "touch",
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 10)), name="touch_score"
            ),
        ),
        migrations.AddIndex("payment", models.Index(fields=["creditor", "date", "id"], name="payment_newest")),
    ]
