"""WHAT IS TRUE: nouns, values, protocols and refusals. Standard library alone, Polars in `frames` alone; knows nobody."""
