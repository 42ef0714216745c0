"""Bank statements: their frames and their entries, each entry once however many files tell of it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import tables


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_message_bytes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("account", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("number", models.TextField(default="")),
                ("from_date", models.DateField(null=True)),
                ("to_date", models.DateField(null=True)),
                ("opening", models.BigIntegerField(null=True)),
                ("closing", models.BigIntegerField(null=True)),
                ("is_whole", models.BooleanField(default=False)),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.importfile")),
            ],
            options={
                "db_table": "bank_statement",
            },
        ),
        migrations.CreateModel(
            name="BankEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.TextField()),
                ("identity", models.TextField()),
                ("key", models.TextField()),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("name", models.TextField(default="")),
                ("counter_account", models.TextField(default="")),
                ("tax_number", models.TextField(default="")),
                ("bank_reference", models.TextField(default="")),
                ("end_to_end", models.TextField(default="")),
                ("remittance", models.TextField(default="")),
                ("words", models.TextField(default="")),
                ("is_reversal", models.BooleanField(default=False)),
                (
                    "creditor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.creditor",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="store.statement"
                    ),
                ),
            ],
            options={
                "db_table": "bank_entry",
            },
        ),
        migrations.AddIndex(
            model_name="statement",
            index=models.Index(fields=["creditor", "account", "to_date"], name="bank_statement_days"),
        ),
        migrations.AddIndex(
            model_name="bankentry",
            index=models.Index(fields=["creditor", "account", "day"], name="bank_entry_days"),
        ),
        migrations.AddConstraint(
            model_name="bankentry",
            constraint=models.UniqueConstraint(fields=("creditor", "account", "identity"), name="bank_entry_once"),
        ),
        tables.protected("bank_statement", "bank_entry"),
    ]
