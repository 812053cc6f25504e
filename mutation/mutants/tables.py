"""Mistakes between the table and the network: scaling, classes, the split, the decision."""

from mutation.mutant import Mutant

COLUMNS, DATA, SPLITTING = "tables/columns.py", "tables/data.py", "core/splitting.py"

TABLES = (
    Mutant(
        "M55",
        "a tie goes to the second class: ≥ ½ instead of > ½",
        "core/metrics.py",
        "decide",
        "> threshold",
        ">= threshold",
    ),
    Mutant(
        "M56",
        "a constant column is divided by its deviation, which is 0 or a rounding error",
        COLUMNS,
        "fit_column",
        "if low == high:",
        "if low > high:",
    ),
    Mutant(
        "M57",
        "columns are scaled along the wrong axis: by the values of a row",
        DATA,
        "_fit_all",
        "values[:, i]",
        "values[i]",
    ),
    Mutant(
        "M58",
        "labels are (m,) instead of (m, 1), so that A2 − Y would become (m, m)",
        COLUMNS,
        "class_targets",
        "numbers[:, None].astype",
        "numbers.astype",
    ),
    Mutant(
        "P26",
        "the validation rows are trained on too",
        SPLITTING,
        "split_rows",
        "np.setdiff1d(np.arange(len(strata)), validation)",
        "np.arange(len(strata))",
    ),
    Mutant(
        "P27",
        "the validation rows are the first of each class, whatever the seed",
        SPLITTING,
        "split_rows",
        "stream.permutation(rows)",
        "rows",
    ),
    Mutant(
        "P28",
        "the split does not look at the classes",
        SPLITTING,
        "split_rows",
        "stream = ",
        "strata = np.zeros(len(strata)); stream = ",
    ),
    Mutant(
        "P29",
        "columns are scaled by all rows, the validation rows included",
        DATA,
        "_fitted",
        "cells.inputs[rows]",
        "cells.inputs",
    ),
    Mutant(
        "P30",
        "predictions of a regression keep the scale of the training",
        COLUMNS,
        "unscaled",
        "values * _scales(columns) + _offsets(columns)",
        "values + _offsets(columns)",
    ),
)
