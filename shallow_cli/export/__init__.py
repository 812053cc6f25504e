"""Models as what runs without shallow."""
