"""Keeps messages in memory: for tests and for looking at what would go."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from dunwell.core.channel import Capabilities, Limits, Outgoing, Receipt, Reply


@dataclass(frozen=True, slots=True)
class Config:
    connections: int = 1


@dataclass
class Memory:
    """Every message once, by key, in the order of arrival."""

    config: Config = Config()
    sent: dict[str, Outgoing] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    capabilities = Capabilities(length_max=None, html=True, attachments=True, receipts=False, idempotent=True)

    @property
    def limits(self) -> Limits:
        return Limits(connections=self.config.connections)

    def send(self, message: Outgoing, key: str) -> Receipt:
        with self._lock:
            self.sent.setdefault(key, message)
        return Receipt("kept in memory", tuple(Reply(address, 250) for address in (*message.to, *message.copies)))

    def check(self) -> str:
        return "memory"

    def close(self) -> None:
        pass
