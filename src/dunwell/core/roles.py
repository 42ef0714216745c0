"""What a person at the creditor may do in the console: each role may do all that the ones before it may."""

from __future__ import annotations

from enum import StrEnum


class DeskRole(StrEnum):
    VIEWER = "viewer"
    """Sees everything, changes nothing."""
    COLLECTOR = "collector"
    """Works with customers: promises, disputes, holds, calls, money put right."""
    APPROVER = "approver"
    """Lets messages go, decides unknown deliveries, changes texts and policies."""
    ADMIN = "admin"
    """Sets up the creditor, its people, channels and switches."""

    def includes(self, other: DeskRole) -> bool:
        """Whether this role may do what `other` may."""
        order = list(DeskRole)
        return order.index(self) >= order.index(other)
