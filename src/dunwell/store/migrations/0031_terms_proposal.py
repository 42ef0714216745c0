"""Terms sent for confirmation, and the client's confirmation of them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import tables

TABLES = ("terms_proposal", "terms_confirmed")


class Migration(migrations.Migration):
    dependencies = [("store", "0030_payment_plan")]

    operations = [
        migrations.CreateModel(
            name="TermsProposal",
            fields=tables.fact(
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
            fields=tables.fact(
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
        tables.protected(*TABLES),
    ]
