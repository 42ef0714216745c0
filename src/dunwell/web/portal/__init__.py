"""The client's pay page: what is owed, how to pay it, and what the client wants to say to it. It knows no session."""
