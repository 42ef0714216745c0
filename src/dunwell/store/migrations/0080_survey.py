"""The question how happy a client is: where it was asked, what was answered, and the pause after an unhappy answer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0078_late_cause"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="hold",
            name="hold_reason",
        ),
        migrations.AddField(
            model_name="pageanswer",
            name="score",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="pagelink",
            name="asks_survey",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "asked_for_time",
                            "hardship",
                            "survey",
                            "relationship",
                            "missing_from_complete_file",
                            "claimed_paid",
                            "our_side",
                            "unmatched_money",
                            "other",
                        ],
                    )
                ),
                name="hold_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="pageanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__isnull", True), ("score__range", (1, 10)), _connector="OR"),
                name="page_answer_score",
            ),
        ),
    ]
