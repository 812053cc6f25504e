"""What a cluster costs and gives: `python -m benchmarks.cluster` measures, and writes the page."""
