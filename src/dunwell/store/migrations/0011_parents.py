"""Parents of the tables that grow by millions: checked once a statement instead of row by row, without indexes that others contain."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT

from dunwell.store import guards

CHILDREN = (
    ("contact", "customer"),
    ("contact_point", "contact"),
    ("invoice", "customer"),
    ("invoice_line", "invoice"),
    ("receivable", "invoice"),
    ("payment", "customer"),
)


def check(apps, schema_editor):
    schema_editor.execute(guards.CHECK_ALLOCATIONS + guards.CHECK_PARENT, None)
    for child, parent in CHILDREN:
        guards.belongs(child, parent, schema_editor)


def unchecked(model, name, to, **options):
    field = models.ForeignKey(db_constraint=False, on_delete=PROTECT, to=f"store.{to}", **options)
    return migrations.AlterField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("store", "0010_asked_together")]

    operations = [
        unchecked("customer", "creditor", "creditor", db_index=False),
        unchecked("contact", "customer", "customer", related_name="contacts"),
        unchecked("contactpoint", "contact", "contact", db_index=False, related_name="points"),
        unchecked("invoice", "customer", "customer", db_index=False),
        unchecked("invoiceline", "invoice", "invoice", db_index=False, related_name="lines"),
        unchecked("payment", "customer", "customer", db_index=False, null=True),
        unchecked("receivable", "invoice", "invoice", db_index=False, related_name="receivables"),
        migrations.RemoveIndex("invoice", "invoice_customer"),
        migrations.RemoveIndex("invoice", "invoice_external"),
        migrations.AddIndex(
            "invoice",
            models.Index(
                fields=["creditor", "source", "external_id"],
                name="invoice_external",
                condition=~models.Q(external_id=models.F("number")),
            ),
        ),
        migrations.RunPython(check, migrations.RunPython.noop),
    ]
