"""One file per command: its options, then the plain function that scripts call."""
