"""WHAT WE REMEMBER: the one Django app with tables, its loaders and writers."""
