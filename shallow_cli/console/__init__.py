"""What a person sees, and the plain rows of pipes."""
