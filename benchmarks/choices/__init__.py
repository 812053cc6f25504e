"""Why the passes are written as they are: each choice beside what else could have been chosen."""
