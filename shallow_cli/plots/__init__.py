"""Pictures of a model: what they show, and how they are drawn in text, SVG and HTML."""
