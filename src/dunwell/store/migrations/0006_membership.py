"""Users' roles at creditors, and the tables of log-in, second factor and lock."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards


def grant(apps, schema_editor):
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        guards.grant(application, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_asked_again"),
        ("account", "__latest__"),
        ("mfa", "__latest__"),
        ("axes", "__latest__"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.TextField()),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.creditor")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "membership"},
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "creditor"), name="membership_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(role__in=["viewer", "collector", "approver", "admin"]), name="membership_role"
            ),
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
