"""Many trainings: which, what of them is kept, and the processes that do them."""
