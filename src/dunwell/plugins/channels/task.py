"""Puts what a person must do (a call, a visit, a letter to print) on the work list; the message's words are its text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dunwell.core.channel import Capabilities, Limits, Outgoing, Receipt

PutOnWorkList = Callable[[Outgoing, str], int]
"""Makes the task of a message once per key and gives its number; the plugin itself knows no tables."""


@dataclass(frozen=True)
class Task:
    """Nothing to configure: the work list is Dunwell's own."""

    put_on_work_list: PutOnWorkList

    capabilities = Capabilities(length_max=None, html=False, attachments=False, receipts=True, idempotent=True)
    limits = Limits()

    def send(self, message: Outgoing, key: str) -> Receipt:
        return Receipt(f"task {self.put_on_work_list(message, key)}")

    def check(self) -> str:
        return "work list"

    def close(self) -> None:
        pass
