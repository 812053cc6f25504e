"""How these tables were made, once, from the copies that scikit-learn 1.9.1 carries.

pip install scikit-learn && python data/export.py
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from sklearn import datasets

FOLDER = Path(__file__).parent
DIABETES = [
    *("age", "sex", "bmi", "blood_pressure", "total_cholesterol"),
    *("ldl", "hdl", "cholesterol_ratio", "log_triglycerides", "glucose"),
]


def column_name(description: str) -> str:
    """`sepal length (cm)` is `sepal_length`."""
    return re.sub(r"[^a-z0-9]+", "_", description.replace("(cm)", "").lower()).strip("_")


def number(value: float) -> str:
    """Whole numbers without `.0`."""
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def write(name: str, columns: list[str], table: Any, target: str, values: list[str]) -> None:
    """One CSV with the target in the last column."""
    with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns, target])
        for row, value in zip(table, values, strict=True):
            writer.writerow([*map(number, row), value])


def main() -> None:
    """Write all five."""
    iris, wine = datasets.load_iris(), datasets.load_wine()
    cancer, digits = datasets.load_breast_cancer(), datasets.load_digits()
    diabetes = datasets.load_diabetes(scaled=False)
    species = [iris.target_names[i] for i in iris.target]
    diagnosis = [cancer.target_names[i] for i in cancer.target]
    pixels = [f"pixel_{i // 8}_{i % 8}" for i in range(64)]
    write("iris", list(map(column_name, iris.feature_names)), iris.data, "species", species)
    write(
        "wine",
        list(map(column_name, wine.feature_names)),
        wine.data,
        "cultivar",
        [str(i + 1) for i in wine.target],
    )
    names = list(map(column_name, cancer.feature_names))
    write("breast_cancer", names, cancer.data, "diagnosis", diagnosis)
    write("digits", pixels, digits.data, "digit", [str(i) for i in digits.target])
    progression = list(map(number, diabetes.target))
    write("diabetes", DIABETES, diabetes.data, "progression", progression)


if __name__ == "__main__":
    main()
