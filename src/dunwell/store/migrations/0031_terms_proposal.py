"""Terms sent for confirmation, and the client's confirmation of them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from dunwell.store import guards

TABLES = ("terms_proposal", "terms_confirmed")


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


class Migration(migrations.Migration):
    dependencies = [("store", "0030_payment_plan")]

    operations = [
        migrations.CreateModel(
            name="TermsProposal",
            fields=fact(
                ("terms", models.JSONField()),
                ("locale", models.CharField(max_length=2)),
                ("rehearsal", models.BooleanField(default=False)),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
            ),
            options={
                "db_table": "terms_proposal",
                "indexes": [models.Index(fields=["creditor", "customer", "id"], name="terms_proposal_customer")],
            },
        ),
        migrations.CreateModel(
            name="TermsConfirmed",
            fields=fact(
                ("evidence", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "agreement",
                    models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.agreement"),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmed",
                        to="store.termsproposal",
                    ),
                ),
            ),
            options={"db_table": "terms_confirmed"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
