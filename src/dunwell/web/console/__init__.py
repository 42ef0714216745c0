"""The operator's console: what waits for a person, everything about a customer, and the verbs of a working day."""
