"""THE ERRAND: load, think, record; one module per stage, and `day` that calls them in order."""
