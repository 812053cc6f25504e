"""Tables: from cells as somebody wrote them to the examples that a network learns from."""
