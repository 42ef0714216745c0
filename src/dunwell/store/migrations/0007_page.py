"""The client's pay page: links, openings, answers; opt-outs and owed answers that were only rehearsed."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from dunwell.store import guards, tables

TABLES = (
    "page_link",
    "page_link_end",
    "page_opening",
    "page_answer",
    "page_words",
    "page_file",
    "page_answer_settled",
)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_membership"),
    ]

    operations = [
        migrations.AddField(
            model_name="optout",
            name="rehearsal",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="ourside",
            name="rehearsal",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="PageAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("kind", models.TextField()),
                ("form_id", models.TextField()),
                (
                    "receivables",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("day", models.DateField(null=True)),
                ("cause", models.TextField(default="")),
                ("amount", models.BigIntegerField(null=True)),
                ("rehearsal", models.BooleanField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
            ],
            options={
                "db_table": "page_answer",
            },
        ),
        migrations.CreateModel(
            name="PageAnswerSettled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("outcome", models.TextField()),
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settled", to="store.pageanswer"
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={
                "db_table": "page_answer_settled",
            },
        ),
        migrations.CreateModel(
            name="PageFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("media_type", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="store.pageanswer"
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={
                "db_table": "page_file",
            },
        ),
        migrations.CreateModel(
            name="PageLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("person_key", models.TextField(default="")),
                ("channel", models.TextField()),
                (
                    "receivables",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("shows_all", models.BooleanField(default=False)),
                ("is_shared", models.BooleanField(default=False)),
                ("locale", models.CharField(max_length=2)),
                ("look", models.TextField(default="")),
                ("level", models.IntegerField(default=0)),
                ("pay_by", models.DateField(null=True)),
                ("last_day", models.DateField()),
                ("rehearsal", models.BooleanField()),
                (
                    "contact",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.contact"),
                ),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.customer")),
            ],
            options={
                "db_table": "page_link",
            },
        ),
        migrations.AddField(
            model_name="pageanswer",
            name="link",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.pagelink"),
        ),
        migrations.CreateModel(
            name="PageLinkEnd",
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
                    "link",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="end", to="store.pagelink"
                    ),
                ),
            ],
            options={
                "db_table": "page_link_end",
            },
        ),
        migrations.CreateModel(
            name="PageOpening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("is_robot", models.BooleanField()),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
                (
                    "link",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.pagelink"),
                ),
            ],
            options={
                "db_table": "page_opening",
            },
        ),
        migrations.CreateModel(
            name="PageWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(default="")),
                ("name", models.TextField(default="")),
                ("email", models.TextField(default="")),
                ("phone", models.TextField(default="")),
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="words", to="store.pageanswer"
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.creditor"),
                ),
            ],
            options={
                "db_table": "page_words",
            },
        ),
        migrations.AddIndex(
            model_name="pagelink",
            index=models.Index(fields=["creditor", "customer"], name="page_link_customer"),
        ),
        migrations.AddIndex(
            model_name="pageanswer",
            index=models.Index(fields=["creditor", "customer", "id"], name="page_answer_customer"),
        ),
        migrations.AddConstraint(
            model_name="pageanswer",
            constraint=models.UniqueConstraint(fields=("creditor", "form_id"), name="page_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="pageopening",
            constraint=models.UniqueConstraint(
                fields=("link", "effective_on", "is_robot"), name="page_opening_once_a_day"
            ),
        ),
        tables.protected(*TABLES),
        migrations.RunSQL(guards.PAGE_LINK_BY_TOKEN, migrations.RunSQL.noop),
        tables.asked_anew,
    ]
