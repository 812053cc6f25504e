"""What the command cannot do without, and nothing else: as short as its process can be."""

from importlib import import_module

for library in ("numpy", "typer", "yaml"):
    import_module(library)
