"""Everything that touches disk: configs, tables, models."""
