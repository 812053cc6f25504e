"""Columns that are neither plainly numbers nor plainly names: why, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shallow_cli.errors import Problem
from shallow_cli.tables.complaints import IF_MISSING, IF_NAMES, LEAVE_OUT, about
from shallow_cli.tables.survey import ColumnSurvey, Word

# Words among numbers: below these shares they are taken for mistakes, not for names. Features may
# be named in data.categorical; a target of numbers and one word, 0, 1, 2 and more, has classes.
FEW_OF_A_FEATURE, FEW_OF_A_TARGET = 0.5, 0.1
PLAIN = "write numbers plainly, without signs between thousands and without units"
COMMAS = "where a comma is the decimal sign, set data.decimal: ','"
# Among numbers these words mean no value, however many they are.
NO_VALUE = {
    "na",
    "n/a",
    "nan",
    "null",
    "none",
    "nil",
    "inf",
    "-inf",
    "+inf",
    "infinity",
    "-",
    "--",
    ".",
}


def doubts_about(found: ColumnSurvey, decimal: str) -> Iterator[Problem]:
    """Why a column is neither plainly numbers nor plainly names, if so."""
    words = {word.text.lower() for word in found.words}
    if not found.n_words or found.looks_like_a_date:
        return
    if found.has_thousands and decimal != ",":
        advice = f"{PLAIN}; {COMMAS}"
    elif found.has_decimal_commas and decimal != ",":
        advice = COMMAS
    elif found.has_odd_numbers:
        advice = PLAIN
    elif found.numbers and (words <= NO_VALUE or few_words(found, FEW_OF_A_FEATURE)):
        advice = IF_MISSING
    else:
        return
    yield _word_problem(found, f"{advice}; {about(found.name, f'{IF_NAMES}; {LEAVE_OUT}')}")


def doubts_about_target(found: ColumnSurvey) -> Iterator[Problem]:
    """Why a target of numbers with a few words is neither a regression nor classes, if so."""
    words = {word.text.lower() for word in found.words}
    mixed = found.n_words and found.numbers
    if mixed and (words & NO_VALUE or few_words(found, FEW_OF_A_TARGET)):
        yield _word_problem(found, IF_MISSING)


def few_words(found: ColumnSurvey, share: float) -> bool:
    """Whether the words are less than a share of what is there."""
    return found.n_words < share * (found.n_words + found.numbers)


def _word_problem(found: ColumnSurvey, advice: str) -> Problem:
    first = found.words[0]
    most = ", but most of the column is" if found.n_words < found.numbers else ""
    text = f"{found.name}: '{first.text}' is not a number{most}"
    if found.n_words > 1:
        text += f" ({found.n_words} such cells: {_shown(found.words, found.n_words)})"
    return Problem(f"{text}; {advice}", first.place)


def _shown(words: Sequence[Word], count: int) -> str:
    more = ", …" * (count > len(words))
    return ", ".join(f"'{word.text}' on line {word.line}" for word in words) + more
