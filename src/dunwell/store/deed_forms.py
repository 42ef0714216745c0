"""A form carried out once: whoever sends it again, by a second press or from an old page, does nothing more."""

from __future__ import annotations

from dunwell.store import bulk


def is_repeated(creditor_id: int, form_id: str) -> bool:
    """Whether this form was carried out; if not, it is from now on, unless the transaction fails.

    Of two at once the second waits for the first. A form without an id is always a new one.
    """
    if not form_id:
        return False
    taken = bulk.execute(
        "INSERT INTO deed_form (creditor_id, form_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", creditor_id, form_id
    )
    return not taken
