"""WHO TYPES IT: thin commands, one module each."""
