"""What a target column means: its task, its classes, and what is no target."""

from __future__ import annotations

from collections import Counter
from functools import partial

from shallow_cli.data_config import DataConfig
from shallow_cli.errors import ConfigError, DataError, Problem
from shallow_cli.rules import did_you_mean
from shallow_cli.tables.labels import class_keys, class_labels
from shallow_cli.tables.raw import RawTable, counted_values, target_texts
from shallow_cli.tables.readers import MOST_WORDS

SHOWN_CLASSES = 5
MOST_NUMERIC_CLASSES = 20


def decided_task(task: str, table: RawTable) -> str:
    """The task of a table's targets when the config says `task`.

    auto: text is classes. Numbers are classes when all are whole, at most 20 differ, and each
    is there at least twice; else they are a regression.

    Raises:
        ConfigError: if several targets are to be classes.
    """
    if len(table.plan.targets) > 1:
        if task in {"binary", "multiclass"}:
            raise ConfigError(Problem(f"data.task: several targets cannot be {task}"))
        return "regression"
    if task != "auto":
        return task
    return choose_task(_few_numbers(table), target_texts(table))


def choose_task(numbers: dict[float, int] | None, cells: tuple[str, ...]) -> str:
    """What `task: auto` means: for numbers with their counts (None: words), and all spellings."""
    if numbers is not None:
        few = 0 < len(numbers) <= MOST_NUMERIC_CLASSES and min(numbers.values()) > 1
        if not (few and all(value == round(value) for value in numbers)):
            return "regression"
    return "binary" if len(class_labels(cells)) <= 2 else "multiclass"  # noqa: PLR2004


def other_task(task: str, table: RawTable) -> str | None:
    """The task that `auto` might have meant as well, if there is one."""
    [slot] = table.plan.targets
    if slot.is_words:
        return None
    if task != "regression":
        return "regression"
    return "multiclass" if len(table.labels[slot.name]) <= MOST_NUMERIC_CLASSES else None


def _few_numbers(table: RawTable) -> dict[float, int] | None:
    """How often each number of the target is there; none where they are many, None for words."""
    [slot] = table.plan.targets
    if slot.is_words:
        return None
    if len(table.labels[slot.name]) > MOST_NUMERIC_CLASSES:
        return {}
    counts: Counter[float] = Counter()
    column = table.target_slice.start
    for found in table.each(range(len(table)), partial(counted_values, column=column)):
        counts.update(found)
    return counts


def target_classes(table: RawTable, config: DataConfig, task: str) -> tuple[str, ...]:
    """The classes in sorted order, the positive one of two last; none for a regression.

    Raises:
        ConfigError: if the positive class is not there, or the task has none.
        DataError: if the classes do not fit the task or look like a mistake.
    """
    if task == "regression":
        if config.positive is not None:
            raise ConfigError(Problem("data.positive: a regression has no classes"))
        return ()
    [slot] = table.plan.targets
    name = slot.name
    if len(table.labels.get(name, ())) > MOST_WORDS:
        text = (
            f"{name}: more than {MOST_WORDS} different values; data.task: regression predicts them"
        )
        raise DataError(Problem(text, table.name))
    classes = class_labels(target_texts(table))
    if len(classes) < 2:  # noqa: PLR2004
        text = f"{name}: only one class, '{classes[0]}'"
        if gone := table.dropped[name]:
            text += f"; {gone} rows were left out, whose words data.missing_values has"
        raise DataError(Problem(text, table.name))
    if task == "binary" and len(classes) > 2:  # noqa: PLR2004
        some = ", ".join(classes[:SHOWN_CLASSES]) + ", …" * (len(classes) > SHOWN_CLASSES)
        text = f"{name}: {len(classes)} classes ({some}), not two; set data.task: multiclass"
        raise DataError(Problem(text, table.name))
    if len(classes) > max(MOST_NUMERIC_CLASSES, len(table) / 2):
        text = f"{name}: {len(classes)} classes in {len(table)} rows; is it the target? "
        advice = "data.target names another, data.task: regression predicts a number"
        raise DataError(Problem(text + advice, table.name))
    return _positive_last(classes, config.positive)


def _positive_last(classes: tuple[str, ...], positive: str | None) -> tuple[str, ...]:
    if positive is None:
        return classes
    key = class_keys(classes)
    found = [label for label in classes if key(label) == key(positive)]
    if len(classes) > 2:  # noqa: PLR2004
        raise ConfigError(
            Problem(f"data.positive: is for two classes, and there are {len(classes)}")
        )
    if not found:
        hint = did_you_mean(positive, classes) or f"the classes are {', '.join(classes)}"
        raise ConfigError(Problem(f"data.positive: there is no class '{positive}'; {hint}"))
    return (*(label for label in classes if label not in found), *found)
