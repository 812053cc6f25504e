"""A `data` section for a table, from what its columns hold: what `shallow init` writes down."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from shallow_cli.config import Config
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.table_file import open_table
from shallow_cli.numerals import is_number
from shallow_cli.tables.data import decided
from shallow_cli.tables.doubts import FEW_OF_A_FEATURE, FEW_OF_A_TARGET, NO_VALUE, few_words
from shallow_cli.tables.loading import load_table
from shallow_cli.tables.plan import chosen_columns, format_of
from shallow_cli.tables.readers import MOST_WORDS
from shallow_cli.tables.survey import ColumnSurvey, Survey, survey

NEARLY_ALL = 0.5  # of the rows: a column with more different words than that says little
FEWEST_TO_HOLD_OUT = 20
HOLD_OUT = 0.2  # of the rows, where nobody says otherwise


@dataclass(frozen=True)
class Suggestion:
    """A `data` section that trains, and why columns are left out; no classes: a regression.

    `rows` were looked at, `whole`: these are all of them.
    """

    data: DataConfig
    rows: int
    whole: bool
    left_out: dict[str, str]
    classes: tuple[str, ...]
    numeric_names: tuple[str, ...] = ()  # of columns, as when a header is missing


def suggest(given: Config) -> Suggestion:
    """What a table needs, on top of what was said of it.

    Raises:
        ConfigError: if what was said cannot be.
        DataError: if the table cannot be read, or nobody could train on it.
    """
    data = _with_format(given.data)
    found = _survey(data)
    if not found.rows:
        raise DataError(Problem("has a header, but no rows", found.name))
    if data.decimal == "." and any(column.has_decimal_commas for column in found.columns.values()):
        data = dataclasses.replace(data, decimal=",")
        found = _survey(data)
    features, targets = chosen_columns(data, tuple(found.columns))
    left_out = {} if data.features else _to_leave_out(found, features)
    if left_out and len(left_out) == len(features):
        why = ", ".join(f"{name} ({reason})" for name, reason in left_out.items())
        text = f"no column is left to learn from but {why}; to take one, --set data.features"
        raise DataError(Problem(text, found.where))
    chosen = [name for name in features if name not in (*left_out, *data.categorical)]
    numbers = [found.columns[name] for name in chosen]
    stray = tuple(dict.fromkeys(word for column in numbers for word in _stray_words(column)))
    named = tuple(column.name for column in numbers if _is_named(column))
    gaps = any(column.numbers and (column.missing or _stray_words(column)) for column in numbers)
    target_gaps = any(found.columns[name].missing for name in targets)
    data = dataclasses.replace(
        data,
        target=targets,
        exclude=(*data.exclude, *left_out),
        categorical=(*data.categorical, *named),
        missing_values=(*data.missing_values, *stray),
        missing="mean" if gaps and data.missing == "error" else data.missing,
        missing_target="drop" if target_gaps else data.missing_target,
    )
    classes: tuple[str, ...] = ()
    if found.whole:
        config, classes = decided(dataclasses.replace(given, data=data), load_table(data).table)
        data = dataclasses.replace(data, task=config.data.task)
    numeric = tuple(filter(is_number, found.columns))
    return Suggestion(data, found.rows, found.whole, left_out, classes, numeric)


def _survey(data: DataConfig) -> Survey:
    with open_table(data.csv or (), format_of(data), as_text=data.categorical) as table:
        return survey(table, table.header, data.missing_values)[0]


def _with_format(data: DataConfig) -> DataConfig:
    """With the delimiter that was found, unless it is a comma, and no header where none is."""
    bare = dataclasses.replace(data, header=False)
    with open_table(data.csv or (), format_of(bare)) as table:
        first = next(table.batches, None)
        cells = [first.cell(0, name) for name in table.header] if first else []
        headless = bool(cells) and any(all(is_number(x, mark) for x in cells) for mark in ".,")
        delimiter = table.format.delimiter
    return dataclasses.replace(
        data,
        header=data.header and not headless,
        delimiter=None if delimiter == "," else delimiter,
    )


def _stray_words(column: ColumnSurvey) -> tuple[str, ...]:
    """The words among numbers that can only be gaps."""
    words = tuple(word.text for word in column.words)
    if not (column.numbers and column.n_words):
        return ()
    known = {word.lower() for word in words} <= NO_VALUE
    return words if known or few_words(column, FEW_OF_A_TARGET) else ()


def _is_named(column: ColumnSurvey) -> bool:
    """Whether words are among numbers that are no gaps: then all of them are names."""
    mixed = column.n_words > 0 and few_words(column, FEW_OF_A_FEATURE)
    return mixed and not _stray_words(column)


def _to_leave_out(found: Survey, features: tuple[str, ...]) -> dict[str, str]:
    """Columns that a network would learn by heart, and why; counters only beside others."""
    columns = [found.columns[name] for name in features]
    left_out = {column.name: why for column in columns if (why := _useless(column))}
    if len(left_out) == len(features):
        return {name: why for name, why in left_out.items() if found.columns[name].n_words}
    return left_out


def _useless(column: ColumnSurvey) -> str:
    if column.has_thousands or column.has_odd_numbers:
        return f"numbers in a notation that is not read, such as {column.words[0].text}"
    words = column.different if column.is_words else 0
    if column.looks_like_a_date:
        return "looks like dates"
    if column.looks_like_an_id:
        return "different in every row"
    if words > MOST_WORDS or words > max(FEWEST_TO_HOLD_OUT, NEARLY_ALL * column.rows):
        return f"{words} different words in {column.rows} rows"
    return ""
