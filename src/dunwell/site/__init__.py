"""WHERE IT IS WIRED: the entry point, settings, clock, logging and the embedded database."""
