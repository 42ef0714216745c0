"""The inbox: mails, what was read in them, what a person made of it; a reply that nobody settled holds a letter."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import tables

TABLES = ("inbound", "inbound_content", "inbound_match", "reply_proposal", "reply_decision", "call_reviewed")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0016_staff_photo"),
    ]

    operations = [
        migrations.AddField(
            model_name="creditor",
            name="inbox",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="Inbound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("digest", models.CharField(max_length=64)),
                ("kind", models.TextField()),
                ("mailbox", models.TextField(default="")),
                ("uid", models.BigIntegerField(null=True)),
                ("person_key", models.TextField(default="")),
                ("basis", models.TextField(default="")),
                ("evidence", models.TextField(default="")),
                ("rehearsal", models.BooleanField(default=False)),
                (
                    "answers",
                    models.ForeignKey(
                        db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="store.message"
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "customer",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.customer"),
                ),
            ],
            options={
                "db_table": "inbound",
            },
        ),
        migrations.CreateModel(
            name="InboundContent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.TextField(default="")),
                ("subject", models.TextField(default="")),
                ("text", models.TextField(default="")),
                ("html", models.TextField(default="")),
                ("warnings", models.TextField(default="")),
                ("raw", models.BinaryField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "mail",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="content", to="store.inbound"
                    ),
                ),
            ],
            options={
                "db_table": "inbound_content",
            },
        ),
        migrations.CreateModel(
            name="InboundMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "customer",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.customer"),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="store.inbound"
                    ),
                ),
            ],
            options={
                "db_table": "inbound_match",
            },
        ),
        migrations.CreateModel(
            name="ReplyProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("kind", models.TextField()),
                ("values", models.JSONField()),
                ("quotation", models.TextField(default="")),
                ("confidence", models.FloatField(default=0.0)),
                ("hold_until", models.DateField()),
                ("rehearsal", models.BooleanField(default=False)),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
                (
                    "mail",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="store.inbound"
                    ),
                ),
            ],
            options={
                "db_table": "reply_proposal",
            },
        ),
        migrations.CreateModel(
            name="ReplyDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("outcome", models.TextField()),
                ("values", models.JSONField(default=dict)),
                ("effects", models.JSONField(default=list)),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="store.replyproposal"
                    ),
                ),
            ],
            options={
                "db_table": "reply_decision",
            },
        ),
        migrations.AddIndex(
            model_name="inbound",
            index=models.Index(fields=["creditor", "customer", "id"], name="inbound_customer"),
        ),
        migrations.AddIndex(
            model_name="inbound",
            index=models.Index(fields=["creditor", "mailbox", "uid"], name="inbound_mailbox"),
        ),
        migrations.AddConstraint(
            model_name="inbound",
            constraint=models.UniqueConstraint(fields=("creditor", "digest"), name="inbound_once"),
        ),
        migrations.AddConstraint(
            model_name="inbound",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reply", "automatic", "bounce"])), name="inbound_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="inbound",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("basis__in", ["references", "reply_address", "sender", "invoice_number", "person", ""])
                ),
                name="inbound_basis",
            ),
        ),
        migrations.AddIndex(
            model_name="replyproposal",
            index=models.Index(fields=["creditor", "customer", "hold_until"], name="reply_proposal_customer"),
        ),
        migrations.AddConstraint(
            model_name="replyproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["promise", "dispute", "claimed_paid", "hold", "contact", "answer", "stop", "look"])
                ),
                name="reply_proposal_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="replydecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["accepted", "edited", "rejected", "reopened"])),
                name="reply_decision_outcome",
            ),
        ),
        migrations.CreateModel(
            name="CallReviewed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("digest", models.CharField(max_length=64)),
                ("invoice", models.TextField(default="")),
                ("manager", models.TextField()),
                ("turns", models.JSONField()),
                ("review", models.JSONField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
            ],
            options={
                "db_table": "call_reviewed",
                "indexes": [models.Index(fields=["creditor", "manager", "effective_on"], name="call_reviewed_manager")],
                "constraints": [models.UniqueConstraint(fields=("creditor", "digest"), name="call_reviewed_once")],
            },
        ),
        tables.protected(*TABLES),
        tables.asked_anew,
    ]
