"""WHAT SHOULD HAPPEN: pure stages over frames; no clock, no input or output, no database."""
