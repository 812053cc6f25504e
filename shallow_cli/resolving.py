"""From what somebody wrote, key by key, to a config, or to everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shallow_cli.config import FOR_TABLES, KEYS, PATHS, Config
from shallow_cli.core.datasets import DATASETS
from shallow_cli.core.optimizers import LBFGS
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import ConfigError, Problem
from shallow_cli.rules import Refused, Scalar, Value, nearest

UNKNOWN = "unknown key; `shallow init` lists every key"


@dataclass(frozen=True)
class Entry:
    """One key as somebody wrote it, in a file or after --set; `where` is the key's place."""

    name: str
    value: Value
    where: str


def resolve(entries: Sequence[Entry], source: str, found: Sequence[Problem] = ()) -> Config:
    """The config that the entries say; of two entries for one key the later counts.

    Args:
        entries: what was written, in order.
        source: what to call the config in a problem that has no place of its own.
        found: what the reader of the file has found wrong already.

    Raises:
        ConfigError: with every problem there is.
    """
    given = {entry.name: entry for entry in entries}
    values, problems = read_values(given)
    problems = [*found, *problems, *_conflicts(given, values, source)]
    if problems:
        raise ConfigError(*problems)
    data = {name.removeprefix("data."): values.pop(name) for name in list(values) if "." in name}
    return Config(DataConfig(**data), **values)


def read_values(given: Mapping[str, Entry]) -> tuple[dict[str, Any], list[Problem]]:
    """What each entry says by the rule of its key, and what is wrong with the others."""
    values: dict[str, Any] = {}
    problems = []
    for name, entry in given.items():
        if name not in KEYS:
            problems.append(Problem(f"{name}: {_unknown(name)}", entry.where))
            continue
        try:
            values[name] = KEYS[name].rule.read(entry.value)
        except Refused as refusal:
            problems.append(_refusal(name, entry.value, str(refusal), entry.where))
    return values, problems


def broken_keys(values: Mapping[str, Any]) -> list[str]:
    """Keys of a flat config that do not exist, or whose value is none that their rule gives."""
    return [
        name
        for name, value in values.items()
        if name not in KEYS or not (_is_absent(name, value) or _holds(name, value))
    ]


def _is_absent(name: str, value: Any) -> bool:
    """Whether nothing is said, and nothing is what the key holds by default."""
    section = DataConfig if name.startswith("data.") else Config
    default = getattr(section, name.removeprefix("data."))
    return default in (None, ()) and json.dumps(value) == json.dumps(default)


def _holds(name: str, value: Any) -> bool:
    try:
        found = KEYS[name].rule.read(_as_written(value))
    except Refused:
        return False
    if name in PATHS and isinstance(found, tuple) and not isinstance(value, list | tuple):
        (found,) = found
    return json.dumps(found, default=str) == json.dumps(value, default=str)  # 1 is not 1.0


def _as_written(value: Any) -> Value:
    """A value of a flat config as its rule takes it."""
    if isinstance(value, dict):
        return {str(name): Scalar(item, str(item), "", Path()) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(Scalar(item, str(item), "", Path()) for item in value)
    return Scalar(value, str(value), "", Path())


def _refusal(name: str, value: Value, more: str, where: str) -> Problem:
    if isinstance(value, Scalar):
        written, where = f"'{value.text}'" if value.text else "empty", value.where
    elif isinstance(value, dict):
        written = f"{{{', '.join(f'{name}: {item.text}' for name, item in value.items())}}}"
    else:
        written = f"[{', '.join(item.text for item in value)}]"
    says = f"{name}: must be {KEYS[name].rule.says}, not {written}"
    return Problem(f"{says}; {more}" if more else says, where)


def _unknown(name: str) -> str:
    """What to say of a key that does not exist: its namesake elsewhere, or the nearest."""
    if name == "data":
        return "must be a section, with csv or generate below it"
    namesakes = {key.rpartition(".")[2]: key for key in KEYS}
    word = name.rpartition(".")[2]
    meant = (
        namesakes.get(word) or nearest(name, KEYS) or namesakes.get(nearest(word, namesakes) or "")
    )
    return f"unknown key; did you mean '{meant}'?" if meant else UNKNOWN


def _conflicts(given: dict[str, Entry], values: dict[str, Any], source: str) -> Iterator[Problem]:
    """What is wrong between keys; a key whose own value is wrong has been reported already."""
    yield from _data_conflicts(given, values, source)
    yield from _column_conflicts(given, values)
    if values.get("optimizer") == LBFGS:
        yield from _lbfgs_conflicts(given, values)
    no_validation = "data.validation" not in given or values.get("data.validation") == 0
    if values.get("early_stopping") and no_validation:
        text = "needs validation rows; set data.validation, to 0.2 say"
        yield _problem("early_stopping", text, given)


def _lbfgs_conflicts(given: dict[str, Entry], values: dict[str, Any]) -> Iterator[Problem]:
    if values.get("batch_size", "full") != "full":
        yield _problem("batch_size", "lbfgs needs all rows in every step; say full", given)
    if values.get("schedule", "constant") != "constant":
        yield _problem("schedule", "lbfgs finds the length of each step; say constant", given)


def _data_conflicts(
    given: dict[str, Entry], values: dict[str, Any], source: str
) -> Iterator[Problem]:
    if not {"data", "data.csv", "data.generate"} & given.keys():
        yield Problem("data: say what to learn from, with csv or generate below it", source)
    if {"data.csv", "data.generate"} <= given.keys():
        text = "the data comes from data.csv already; keep one of the two"
        yield _problem("data.generate", text, given)
    yield from _of_the_other_kind(given, values)
    if values.get("data.csv") == values.get("data.validation") == (Path("-"),):
        yield _problem("data.validation", "standard input is data.csv already", given)
    dataset = DATASETS.get(values.get("data.generate", ""))
    if dataset and dataset.noise is None and "data.noise" in given:
        yield _problem("data.noise", f"{values['data.generate']} takes no noise", given)
    if dataset and "data.arms" in given:
        yield from _arms_conflicts(given, values)


def _arms_conflicts(given: dict[str, Entry], values: dict[str, Any]) -> Iterator[Problem]:
    name, arms = values["data.generate"], values.get("data.arms", 0)
    dataset = DATASETS[name]
    if dataset.arms is None:
        yield _problem("data.arms", f"{name} has none", given)
    elif values.get("data.samples", dataset.samples) < 2 * arms:
        yield _problem("data.arms", f"{arms} arms need two samples each", given)


def _of_the_other_kind(given: dict[str, Entry], values: dict[str, Any]) -> Iterator[Problem]:
    for name in ("data.samples", "data.noise", "data.arms", "data.seed"):
        if name in given and "data.csv" in given:
            yield _problem(name, "is for generated data; a CSV has its own rows", given)
    for name in FOR_TABLES:
        default = getattr(DataConfig, name.removeprefix("data."))
        if "data.generate" in given and values.get(name, default) != default:
            yield _problem(name, "is for tables; generated data has no need of it", given)


def _column_conflicts(given: dict[str, Entry], values: dict[str, Any]) -> Iterator[Problem]:
    targets = values.get("data.target") or ()
    features = values.get("data.features") or ()
    excluded = values.get("data.exclude") or ()
    for name in ("data.features", "data.exclude", "data.categorical"):
        for both in sorted(set(targets) & set(values.get(name) or ())):
            yield _problem(name, f"'{both}' is the target", given)
    for name in ("data.target", "data.features", "data.exclude"):
        if (weight := values.get("data.weight")) in (values.get(name) or ()):
            yield _problem("data.weight", f"'{weight}' is named in {name} already", given)
    for both in sorted(set(features) & set(excluded)):
        yield _problem("data.exclude", f"'{both}' is among data.features", given)


def _problem(name: str, text: str, given: dict[str, Entry]) -> Problem:
    return Problem(f"{name}: {text}", given[name].where)
