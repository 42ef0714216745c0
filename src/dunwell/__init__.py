"""Dunwell gets a business paid on time without burning bridges."""

__version__ = "0.1.0"
