"""The shape and the protection that every new table of a creditor's facts gets: parts of migrations, never changed afterwards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from dunwell.store import guards

Column = tuple[str, "models.Field[Any, Any]"]


def owned(*fields: Column) -> list[Column]:
    """The columns of every row of a creditor around its own."""
    number = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    return [("id", number), *fields, ("creditor", parent("creditor", db_index=False))]


def fact(*fields: Column) -> list[Column]:
    """The columns of every fact around its own."""
    return owned(
        ("effective_on", models.DateField()),
        ("recorded_at", models.DateTimeField(db_default=Now())),
        ("by", models.TextField(default="")),
        ("why", models.TextField(default="")),
        *fields,
    )


def parent(
    name: str, kind: type[models.ForeignKey[Any, Any]] = models.ForeignKey, **options: Any
) -> models.ForeignKey[Any, Any]:
    """A link to a row that is never deleted."""
    return kind(on_delete=models.PROTECT, to=f"store.{name}", **options)


def protected(*tables: str) -> migrations.RunPython:
    """Row-level security, permanence and the application's rights for new tables."""

    def protect(apps: Any, schema_editor: Any) -> None:
        for table in tables:
            guards.protect(table, schema_editor)
        application, owner = settings.DATABASES["default"]["USER"], settings.DATABASES["owner"]["USER"]
        if application != owner:
            guards.grant(str(application), schema_editor)

    return migrations.RunPython(protect, migrations.RunPython.noop)


asked_anew = migrations.RunPython(guards.ask, migrations.RunPython.noop)
"""The questions of `sql/outbox.sql`, where a release asks them differently."""
