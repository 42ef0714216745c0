"""A firm whose letters carry links."""

from portal.conftest import faces, firm, reader

__all__ = ["faces", "firm", "reader"]
