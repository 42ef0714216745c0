"""Row-level security, append-only facts, sums that add up, and the arrows of the outbox."""

from django.conf import settings
from django.db import migrations

from dunwell.store import guards


def grant(apps, schema_editor):
    application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
    if application != owner:
        guards.grant(application, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_initial"),
        ("procrastinate", "__latest__"),
        ("auth", "__latest__"),
        ("sessions", "__latest__"),
        ("contenttypes", "__latest__"),
    ]

    operations = [
        migrations.RunPython(guards.install, migrations.RunPython.noop),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
