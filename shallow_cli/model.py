"""A trained model: the network, its weights, its columns, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shallow_cli.core.events import Row, Snapshot
from shallow_cli.core.network import Network, Parameters
from shallow_cli.tables.columns import Columns


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a training: in a word, in a sentence, and what to --set, if anything."""

    name: str
    says: str
    remedy: str

    def __str__(self) -> str:
        cure = f"; try --set {self.remedy}" if self.remedy else ""
        return f"{self.name}: {self.says}{cure}"


@dataclass(frozen=True)
class Model:
    """What a model file holds.

    `config` has every key that decides the result, `sources` where the rows came from, `made_with`
    the versions of what has computed it, `ended` why training ended, `kept` the row of the kept
    weights, `history` the logged rows, `snapshots` the weights at some epochs on the way, and
    `diagnoses` what is wrong with it.
    """

    network: Network
    theta: Parameters
    columns: Columns
    config: dict[str, Any]
    sources: dict[str, dict[str, Any]]
    made_with: dict[str, str]
    ended: dict[str, Any]
    kept: Row
    history: tuple[Row, ...]
    snapshots: tuple[Snapshot, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()

    @property
    def trained_width(self) -> int:
        """How many columns the training table had."""
        width: int = self.sources["training"]["columns"]
        return width
