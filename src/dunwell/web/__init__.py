"""Who looks at it: the operator's console and the client's pay page."""
