"""A trained model: the network, its weights, its columns, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shallow_cli.core.events import Row
from shallow_cli.core.network import Network, Parameters
from shallow_cli.tables.columns import Columns


@dataclass(frozen=True)
class Model:
    """What a model file holds.

    `config` has every key that decides the result, `sources` where the rows came from, `ended`
    why training ended, `kept` the row of the kept weights and `history` the logged rows.
    """

    network: Network
    theta: Parameters
    columns: Columns
    config: dict[str, Any]
    sources: dict[str, dict[str, Any]]
    ended: dict[str, Any]
    kept: Row
    history: tuple[Row, ...]

    @property
    def trained_width(self) -> int:
        """How many columns the training table had."""
        width: int = self.sources["training"]["columns"]
        return width
