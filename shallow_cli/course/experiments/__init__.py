"""The experiments: each takes nothing, and returns the figures of its claim."""
