"""What a change of the tables' shape means for programs of the release before that are still at work in them."""

from __future__ import annotations

from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration, RunPython
from django.db.migrations.operations.base import Operation

from dunwell.store import guards, tables


def lets_others_work(migration: Migration) -> bool:
    """Whether they go on as before: the change adds and takes nothing away. What is not known to add counts as taking away."""
    fresh = {one.name_lower for one in migration.operations if isinstance(one, CreateModel)}
    return all(_only_adds(one, fresh) for one in migration.operations)


def _only_adds(operation: Operation, fresh: set[str]) -> bool:
    match operation:
        case CreateModel() | AddIndex():
            return True
        case AddField():
            # A column that must be filled and that the database does not fill: rows of those who do not know it are refused.
            is_filled = operation.field.null or operation.field.has_db_default()
            return is_filled or operation.model_name_lower in fresh
        case AddConstraint():
            return operation.model_name.lower() in fresh
        case RunPython():
            # Guards of new tables, and the questions before a letter goes: their names and answers stay the same.
            return operation.code is guards.ask or operation.code.__module__ == tables.__name__
    return False
