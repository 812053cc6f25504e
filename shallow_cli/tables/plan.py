"""How a table is to be read: which columns, as numbers or as words, and what to do with gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shallow_cli.data_config import DataConfig
from shallow_cli.errors import ConfigError, DataError, Problem
from shallow_cli.files.table_file import Format
from shallow_cli.numerals import TOO_LARGE
from shallow_cli.rules import did_you_mean
from shallow_cli.tables.columns import Category, Columns
from shallow_cli.tables.doubts import doubts_about, doubts_about_target
from shallow_cli.tables.survey import ColumnSurvey, Survey

SHOWN_COLUMNS = 10
# From here on whole numbers are no longer all different floats; those of a few classes are words.
EXACT, MOST_OF_THEM = 2**53, 20


@dataclass(frozen=True)
class Slot:
    """A column that is read, as numbers or as words.

    `words` are those that are known, None: any; those of a target are classes.
    """

    name: str
    is_words: bool = False
    words: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Plan:
    """The columns to read and their kinds.

    `require_numbers`: a missing one is a fault; `strict`: so is a word that is not known.
    `widths` are how many columns a table without names may have, none: any.
    """

    features: tuple[Slot, ...]
    targets: tuple[Slot, ...] = ()
    weight: str | None = None
    missing_words: tuple[str, ...] = ("",)
    require_numbers: bool = True
    drop_missing: bool = False
    drop_missing_target: bool = False
    widths: tuple[int, ...] = ()
    strict: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns that are read: features, targets, weight."""
        slots = (slot.name for slot in (*self.features, *self.targets))
        return (*slots, *((self.weight,) if self.weight else ()))


def format_of(config: DataConfig) -> Format:
    """How a config says that text tables are written."""
    return Format(config.delimiter, config.decimal, config.encoding, config.header)


def chosen_columns(
    config: DataConfig, header: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Features and targets: as the config says, else the last column and all others.

    Raises:
        ConfigError: if a column is to be two things.
    """
    left = [name for name in header if name != config.weight]
    targets = config.target or tuple(left[-1:])
    problems = [
        Problem(f"data.{key}: '{both}' is the target; data.target names another")
        for key, names in (("features", config.features or ()), ("exclude", config.exclude))
        for both in sorted(set(targets) & set(names))
    ]
    if problems:
        raise ConfigError(*problems)
    taken = {*targets, *config.exclude}
    return config.features or tuple(x for x in left if x not in taken), targets


def plan_training(
    config: DataConfig, found: Survey, features: Sequence[str], targets: Sequence[str]
) -> Plan:
    """What a config and the contents of the columns say together.

    Raises:
        DataError: with every column that is neither numbers nor names.
    """
    if not features:
        raise DataError(Problem("no column is left to learn from", found.where))
    problems = [
        problem
        for name in features
        if name not in config.categorical
        for problem in doubts_about(found.columns[name], config.decimal)
    ]
    numeric = config.task == "regression" or len(targets) > 1
    if not numeric:
        problems += [p for name in targets for p in doubts_about_target(found.columns[name])]
    if problems:
        raise DataError(*problems)
    return Plan(
        tuple(_feature(found.columns[name], config) for name in features),
        tuple(
            Slot(name, not numeric and _target_is_words(found.columns[name])) for name in targets
        ),
        config.weight,
        config.missing_values,
        require_numbers=config.missing == "error",
        drop_missing=config.missing == "drop",
        drop_missing_target=config.missing_target == "drop",
    )


def plan_of_model(
    columns: Columns,
    config: DataConfig,
    width: int,
    *,
    targets: bool,
    strict: bool = False,
) -> Plan:
    """How a table is read for a model: what was decided in training, with fixed words.

    Where rows were dropped in training they are dropped with their targets only: of what is
    to be predicted nothing is left out.
    """
    features = tuple(
        Slot(f.name, is_words=True, words=f.words) if isinstance(f, Category) else Slot(f.name)
        for f in columns.features
    )
    classes = columns.classes
    return Plan(
        features,
        tuple(Slot(c.name, bool(classes), classes or None) for c in columns.targets)
        if targets
        else (),
        None,
        config.missing_values,
        require_numbers=config.missing == "error" or (config.missing == "drop" and not targets),
        drop_missing=config.missing == "drop" and targets,
        drop_missing_target=config.missing_target == "drop",
        widths=() if config.header else _widths(columns, width),
        strict=strict,
    )


def _widths(columns: Columns, width: int) -> tuple[int, ...]:
    """Of a table without names: as in training, or without its targets if they were the last."""
    n = len(columns.targets)
    last = {f"c{width - i}" for i in range(n)}
    return (width, width - n) if last == set(columns.target_names) else (width,)


def require_width(plan: Plan, header: Sequence[str], where: str) -> None:
    """Refuse a table without names whose columns may stand elsewhere than in training.

    Raises:
        DataError: unless it is as wide, or lacks just targets that were the last columns.
    """
    if len(header) not in (plan.widths or (len(header),)):
        text = f"{len(header)} columns without names, where the training had {plan.widths[0]}"
        raise DataError(Problem(text, where))


def require_columns(header: Sequence[str], needed: Sequence[str], where: str) -> None:
    """Refuse a table that lacks a column, by name.

    Raises:
        DataError: naming the missing columns and, for each, the nearest that is not needed.
    """
    missing = [name for name in needed if name not in header]
    if not missing:
        return
    spare = [name for name in header if name not in needed]
    more = ", …" if len(header) > SHOWN_COLUMNS else ""
    listed = f"the columns are {', '.join(header[:SHOWN_COLUMNS])}{more}"
    problems = [
        Problem(f"no column '{name}'; {did_you_mean(name, spare) or listed}", where)
        for name in missing[:SHOWN_COLUMNS]
    ]
    if len(missing) > SHOWN_COLUMNS:
        text = f"no column '{missing[SHOWN_COLUMNS]}', and {len(missing)} are missing in all"
        problems.append(Problem(text, where))
    raise DataError(*problems)


def _feature(found: ColumnSurvey, config: DataConfig) -> Slot:
    named = found.name in config.categorical
    return Slot(found.name, is_words=named or found.n_words > 0 or not found.numbers)


def _target_is_words(found: ColumnSurvey) -> bool:
    largest = max(-found.low, found.high)
    return found.n_words > 0 or (found.different <= MOST_OF_THEM and EXACT <= largest < TOO_LARGE)
