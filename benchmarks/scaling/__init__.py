"""How the cost of a step grows, and where it bends."""
