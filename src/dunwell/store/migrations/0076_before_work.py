"""The life of a request before work: its order, its acceptance, the work that may start, the invoice that it became."""

from django.db import migrations, models

from dunwell.store import tables
from dunwell.store.tables import fact, parent

TABLES = (
    *("order_of_request", "acceptance", "acceptance_end", "work_opened", "work_opened_end"),
    *("became_invoice", "became_invoice_end"),
)


class Migration(migrations.Migration):
    dependencies = [("store", "0075_recurring")]

    operations = [
        migrations.RemoveField(model_name="invoice", name="work_state"),
        migrations.CreateModel(
            name="Order",
            fields=fact(
                ("total", models.BigIntegerField()),
                ("request", parent("invoice", models.OneToOneField, related_name="order")),
            ),
            options={
                "db_table": "order_of_request",
                "constraints": [models.CheckConstraint(condition=models.Q(total__gt=0), name="order_positive")],
            },
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=fact(
                ("name", models.TextField()),
                ("evidence", models.TextField()),
                ("rehearsal", models.BooleanField(default=False)),
                ("request", parent("invoice", related_name="acceptances")),
            ),
            options={"db_table": "acceptance"},
        ),
        migrations.CreateModel(
            name="AcceptanceEnd",
            fields=fact(("acceptance", parent("acceptance", models.OneToOneField, related_name="end"))),
            options={"db_table": "acceptance_end"},
        ),
        migrations.CreateModel(
            name="WorkOpened",
            fields=fact(("request", parent("invoice", related_name="openings"))),
            options={"db_table": "work_opened"},
        ),
        migrations.CreateModel(
            name="WorkOpenedEnd",
            fields=fact(("opening", parent("workopened", models.OneToOneField, related_name="end"))),
            options={"db_table": "work_opened_end"},
        ),
        migrations.CreateModel(
            name="BecameInvoice",
            fields=fact(
                ("invoice", parent("invoice", models.OneToOneField, related_name="came_from")),
                ("request", parent("invoice", related_name="became")),
            ),
            options={"db_table": "became_invoice"},
        ),
        migrations.CreateModel(
            name="BecameInvoiceEnd",
            fields=fact(("became", parent("becameinvoice", models.OneToOneField, related_name="end"))),
            options={"db_table": "became_invoice_end"},
        ),
        tables.protected(*TABLES),
        tables.asked_anew,
    ]
