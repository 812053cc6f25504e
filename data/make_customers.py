"""How customers.csv was made: invented customers, in a table as spreadsheets write them.

python data/make_customers.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

ROWS = 400
SHARE_WITHOUT_AGE, SHARE_WITHOUT_PLAN = 0.05, 0.04
MIDDLE_AGE = 45
HEADER = ["customer", "since", "city", "plan", "age", "monthly_fee", "calls", "note", "left"]
CITIES = ["Graz", "Linz", "São Paulo", "Wien"]
PLANS = ["basic", "family", "premium"]
NOTES = ["", 'asked for "a better deal"', "paid late; twice", "moved,\nnew address", "friendly"]


def money(value: float) -> str:
    """Two decimals behind a comma."""
    return f"{value:.2f}".replace(".", ",")


def row(i: int, stream: np.random.RandomState) -> list[str]:
    """A customer: the young leave when it is dear, the old when they have to call often."""
    city, plan = CITIES[stream.randint(4)], PLANS[stream.randint(3)]
    age, fee, calls = stream.randint(18, 80), stream.uniform(9, 60), stream.poisson(2)
    old = age > MIDDLE_AGE
    score = 2.5 * np.sign(MIDDLE_AGE - age) * (fee - 32) / 15 + (calls - 2) * (1.2 if old else 0.1)
    score += {"basic": 0.4, "family": -0.8, "premium": 0.2}[plan]
    left = "yes" if score + stream.logistic() * 0.6 > 0 else "no"
    since = f"20{stream.randint(10, 25)}-{stream.randint(1, 13):02}-{stream.randint(1, 29):02}"
    note = NOTES[stream.choice(5, p=[0.6, 0.1, 0.1, 0.1, 0.1])]
    known_age = str(age) if stream.uniform() > SHARE_WITHOUT_AGE else ""
    known_plan = plan if stream.uniform() > SHARE_WITHOUT_PLAN else "?"
    return [f"C{1000 + i}", since, city, known_plan, known_age, money(fee), str(calls), note, left]


def main() -> None:
    """Write the table: a byte order mark, semicolons, decimal commas, CRLF."""
    stream = np.random.RandomState(7)
    path = Path(__file__).parent / "customers.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(row(i, stream) for i in range(ROWS))


if __name__ == "__main__":
    main()
