"""The address that letters ask to be answered to: signed with its customer, where the creditor's mailbox takes such addresses."""

from __future__ import annotations

from collections.abc import Iterable

from dunwell.core.inbox import customer_of, signed_address
from dunwell.store import vault
from dunwell.store.models import Creditor

KEY_USE = "reply address"


def of(creditor: Creditor, customer_id: int, writer: str) -> str:
    """The creditor's address for answers, else the writer's."""
    address = creditor.reply_address or writer
    if creditor.inbox.get("plus") != "yes" or "@" not in address:
        return address
    return signed_address(address, customer_id, vault.key_for(KEY_USE))


def customer(recipients: Iterable[str]) -> tuple[int, str] | None:
    """The customer that one of a mail's recipients names, with that address; forged ones name nobody."""
    key = vault.key_for(KEY_USE)
    return next(((found, one) for one in recipients if (found := customer_of(one, key)) is not None), None)
