"""WHO LOOKS AT IT: console, pay page, hooks."""
