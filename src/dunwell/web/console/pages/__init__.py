"""The pages, one module each: what is asked of `run` and `store`, and which template shows it."""
