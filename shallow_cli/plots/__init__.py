"""Pictures of a model: what they show, and how they are drawn in text, SVG, PNG, PDF and HTML."""
