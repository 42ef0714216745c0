"""Capacity, the queue of work, and deadlines that are enforced."""

from django.db import migrations, models

from dunwell.store import tables

TABLES = ("capacity", "job", "job_end", "deadline", "deadline_end")


class Migration(migrations.Migration):
    dependencies = [("store", "0036_offers")]

    operations = [
        migrations.CreateModel(
            name="Capacity",
            fields=tables.fact(("units", models.IntegerField())),
            options={
                "db_table": "capacity",
                "constraints": [models.CheckConstraint(condition=models.Q(units__gt=0), name="capacity_positive")],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=tables.fact(
                ("title", models.TextField(default="")),
                ("days", models.IntegerField()),
                ("starts_on", models.DateField(null=True)),
                ("invoice", tables.parent("invoice", models.OneToOneField, null=True)),
            ),
            options={
                "db_table": "job",
                "constraints": [models.CheckConstraint(condition=models.Q(days__gt=0), name="job_days_positive")],
            },
        ),
        migrations.CreateModel(
            name="JobEnd",
            fields=tables.fact(("job", tables.parent("job", models.OneToOneField, related_name="end"))),
            options={"db_table": "job_end"},
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=tables.fact(
                ("kind", models.TextField()),
                ("last_day", models.DateField()),
                ("ends_at", models.DateTimeField()),
                ("starts_on", models.DateField(null=True)),
                ("later_start", models.DateField(null=True)),
                ("new_total", models.BigIntegerField(null=True)),
                ("evidence", models.TextField(default="")),
                ("rehearsal", models.BooleanField()),
                ("invoice", tables.parent("invoice")),
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
            fields=tables.fact(
                ("outcome", models.TextField()),
                ("deadline", tables.parent("deadline", models.OneToOneField, related_name="end")),
            ),
            options={"db_table": "deadline_end"},
        ),
        tables.protected(*TABLES),
    ]
