"""What an office sets up: its logo, who stands in for whom, and keys for other programs."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("api_token", "api_token_revoked", "leave", "leave_ended", "logo")


def protect(apps, schema_editor):
    for table in TABLES:
        guards.protect(table, schema_editor)
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


def of(model, related_name, kind=models.ForeignKey):
    return kind(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=f"store.{model}")


class Migration(migrations.Migration):
    dependencies = [("store", "0071_found_by_sum")]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=fact(
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
            fields=fact(("token", of("apitoken", "revoked", models.OneToOneField))),
            options={"db_table": "api_token_revoked"},
        ),
        migrations.CreateModel(
            name="Leave",
            fields=fact(
                ("staff", of("staff", "leaves")),
                ("substitute", of("staff", "stands_in")),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
            ),
            options={
                "db_table": "leave",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(first_day__lte=models.F("last_day")) & ~models.Q(staff=models.F("substitute")),
                        name="leave_of_one_stood_in_by_another",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaveEnded",
            fields=fact(("leave", of("leave", "ended", models.OneToOneField))),
            options={"db_table": "leave_ended"},
        ),
        migrations.CreateModel(
            name="Logo", fields=fact(("picture", models.BinaryField())), options={"db_table": "logo"}
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
