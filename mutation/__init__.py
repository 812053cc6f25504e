"""Mistakes planted in the code one at a time, to see that the project's checks find each."""
