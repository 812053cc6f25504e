"""Training where the rows are: on the workers of a cluster."""
