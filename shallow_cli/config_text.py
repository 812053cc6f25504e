"""Configs as text that the strict reader takes back: resolved, or with comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shallow_cli.config import KEYS, PATHS, Config, flat
from shallow_cli.data_config import DataConfig
from shallow_cli.tables.suggesting import FEWEST_TO_HOLD_OUT, HOLD_OUT, Suggestion
from shallow_cli.yaml_text import yaml_value

SHOWN_CLASSES = 10
# Keys of a starter config that are there only where somebody, or the table, asks for them.
SAID = ("features", "exclude", "categorical", "weight", "positive", "scale_target", "cache")


def config_yaml(config: Config) -> str:
    """Every key that has a value; nothing is left open."""
    values = {n: v for n, v in flat(config).items() if v is not None and v != ()}
    for name, value in values.items():
        if name in PATHS and isinstance(value, tuple):  # wherever the text is saved
            values[name] = tuple(p if str(p) == "-" else p.absolute() for p in value)
    return config_lines({name: f"{_key(name)}: {yaml_value(v)}" for name, v in values.items()})


def reference_yaml() -> str:
    """Every key with what it is for and its default; it trains as it is."""
    texts = {}
    for name, key in KEYS.items():
        off = "# " if key.example and name != "data.generate" else ""
        texts[name] = (
            f"# {key.says}\n# {key.rule.says}; default: {key.default}\n"
            f"{off}{_key(name)}: {key.example or key.default}"
        )
    return config_lines(texts)


def starter_yaml(found: Suggestion) -> str:
    """A short config for the columns of a table."""
    data = found.data
    about = "the target is a number"
    if not found.whole:
        about = "decided when the whole table is read"
    elif found.classes:
        about = f"{len(found.classes)} classes: {', '.join(found.classes[:SHOWN_CLASSES])}"
        about += ", …" * (len(found.classes) > SHOWN_CLASSES)
    paths = data.csv or ()
    name = str(paths[0]) if len(paths) == 1 else f"{len(paths)} files"
    rows = f"{found.rows} row{'s' * (found.rows != 1)}"
    rows = rows if found.whole else f"the first {rows}"
    return "\n".join(
        [
            f"# {_comment(name)}: {rows}. `shallow init` alone lists every key.",
            "data:",
            f"  csv: {yaml_value(paths)}  # relative to this file",
            *_written(data),
            *_about_names(found),
            f"  target: {yaml_value(data.target)}  # any other column will do as well",
            f"  task: {data.task}  # {_comment(about)}",
            *_columns(found),
            f"  scale: {data.scale or 'standardize'}  # mean 0 and deviation 1; or minmax, none",
            f"  validation: {_held_out(found)}  # of the rows, held out to measure the rest by",
            "hidden_units: 8",
            "activation: tanh  # or sigmoid, relu, leaky_relu",
            "init_scale: xavier  # or he (for relu), or a number such as 0.01",
            "learning_rate: 0.3  # smaller if the loss jumps, larger if it crawls",
            "epochs: 1000",
            "l2: 0.001  # a penalty on large weights, against overfitting",
            "seed: 0",
        ]
    )


def _held_out(found: Suggestion) -> str:
    """The validation rows; a small table needs all its rows to learn from."""
    said = found.data.validation
    few = found.rows < FEWEST_TO_HOLD_OUT and said == HOLD_OUT
    return "0" if few else yaml_value(said)


def _written(data: DataConfig) -> Iterator[str]:
    """How the table is written, where that is not as usual."""
    usual = DataConfig()
    for name in ("delimiter", "decimal", "encoding", "header"):
        if getattr(data, name) != getattr(usual, name):
            yield f"  {name}: {yaml_value(getattr(data, name))}  # {KEYS[f'data.{name}'].says}"


def _about_names(found: Suggestion) -> Iterator[str]:
    if found.numeric_names and found.data.header:
        names = _comment(", ".join(found.numeric_names))
        yield f"  # {names}: numbers as names? If the first row is a row, say header: false"


def _columns(found: Suggestion) -> Iterator[str]:
    """What is done with columns and gaps, where that is not as usual."""
    data, usual = found.data, DataConfig()
    if found.left_out:
        yield "  # left out; take one off the list to learn from it:"
        yield from (f"  #   {_comment(f'{name}: {why}')}" for name, why in found.left_out.items())
    for name in SAID:
        if getattr(data, name) not in (None, ()):
            yield f"  {name}: {yaml_value(getattr(data, name))}"
    if data.missing_values != usual.missing_values:
        yield f"  missing_values: {yaml_value(data.missing_values)}  # what stands for nothing"
    if data.missing != usual.missing:
        yield f"  missing: {data.missing}  # of numbers; or median, or drop for the whole row"
    if data.missing_target != usual.missing_target:
        yield f"  missing_target: {data.missing_target}  # rows without a target"


def _comment(text: str) -> str:
    """Text that cannot leave its comment: no line break, nothing that YAML forbids."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def config_lines(texts: Mapping[str, str]) -> str:
    """The lines of each dotted key, below the line of its section."""
    lines: list[str] = []
    section = ""
    for name, text in texts.items():
        head = name.rpartition(".")[0]
        if head and head != section:
            lines.append(f"{head}:")
            section = head
        lines += ["  " * bool(head) + line for line in text.splitlines()]
    return "\n".join(lines)


def _key(name: str) -> str:
    return name.rpartition(".")[2]
