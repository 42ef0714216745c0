"""What an office sets up: who stands in for whom, and keys for other programs."""

from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [("store", "0071_found_by_sum")]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=tables.fact(
                ("name", models.TextField()),
                ("role", models.TextField()),
                ("token_hash", models.CharField(max_length=64, unique=True)),
            ),
            options={
                "db_table": "api_token",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(role__in=["viewer", "collector", "approver", "admin"]), name="api_token_role"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiTokenRevoked",
            fields=tables.fact(("token", tables.parent("apitoken", models.OneToOneField, related_name="revoked"))),
            options={"db_table": "api_token_revoked"},
        ),
        migrations.CreateModel(
            name="Leave",
            fields=tables.fact(
                ("staff", tables.parent("staff", related_name="leaves")),
                ("substitute", tables.parent("staff", related_name="stands_in")),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
            ),
            options={
                "db_table": "leave",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(first_day__lte=models.F("last_day"))
                        & ~models.Q(staff=models.F("substitute")),
                        name="leave_of_one_stood_in_by_another",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaveEnded",
            fields=tables.fact(("leave", tables.parent("leave", models.OneToOneField, related_name="ended"))),
            options={"db_table": "leave_ended"},
        ),
        tables.protected("api_token", "api_token_revoked", "leave", "leave_ended"),
    ]
