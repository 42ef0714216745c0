"""Capacity, the queue of work, and deadlines that are enforced."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("capacity", "job", "job_end", "deadline", "deadline_end")


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


def parent(name, kind=models.ForeignKey, **options):
    return kind(on_delete=django.db.models.deletion.PROTECT, to=f"store.{name}", **options)


class Migration(migrations.Migration):
    dependencies = [("store", "0036_offers")]

    operations = [
        migrations.CreateModel(
            name="Capacity",
            fields=fact(("units", models.IntegerField())),
            options={
                "db_table": "capacity",
                "constraints": [models.CheckConstraint(condition=models.Q(units__gt=0), name="capacity_positive")],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=fact(
                ("title", models.TextField(default="")),
                ("days", models.IntegerField()),
                ("starts_on", models.DateField(null=True)),
                ("invoice", parent("invoice", models.OneToOneField, null=True)),
            ),
            options={
                "db_table": "job",
                "constraints": [models.CheckConstraint(condition=models.Q(days__gt=0), name="job_days_positive")],
            },
        ),
        migrations.CreateModel(
            name="JobEnd",
            fields=fact(("job", parent("job", models.OneToOneField, related_name="end"))),
            options={"db_table": "job_end"},
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=fact(
                ("kind", models.TextField()),
                ("last_day", models.DateField()),
                ("ends_at", models.DateTimeField()),
                ("starts_on", models.DateField(null=True)),
                ("later_start", models.DateField(null=True)),
                ("new_total", models.BigIntegerField(null=True)),
                ("evidence", models.TextField(default="")),
                ("rehearsal", models.BooleanField()),
                ("invoice", parent("invoice")),
            ),
            options={
                "db_table": "deadline",
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "kind", "rehearsal"), name="deadline_never_moved"),
                    models.CheckConstraint(condition=models.Q(kind__in=("place", "price")), name="deadline_kind"),
                    models.CheckConstraint(
                        condition=models.Q(kind="place", starts_on__isnull=False)
                        | models.Q(kind="price", new_total__isnull=False) & ~models.Q(evidence=""),
                        name="deadline_has_consequence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeadlineEnd",
            fields=fact(
                ("outcome", models.TextField()),
                ("deadline", parent("deadline", models.OneToOneField, related_name="end")),
            ),
            options={"db_table": "deadline_end"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
