"""`shallow generate`: a generated dataset as CSV."""

from typing import Annotated

import typer


def generate_cli(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="flower, moons, circles, blobs, gaussian_quantiles, gauss, xor, spiral, sine, "
            "plane.",
        ),
    ],
    samples: Annotated[
        str | None, typer.Option(metavar="N", help="Rows; each dataset has its own default.")
    ] = None,
    noise: Annotated[
        str | None, typer.Option(metavar="X", help="Standard deviation; the same.")
    ] = None,
    arms: Annotated[str | None, typer.Option(metavar="N", help="Of the spiral; 3.")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="1 by default.")] = None,
) -> None:
    """Print a generated dataset as CSV, the target in the last column, y.

    flower with seed 1 is the course's planar dataset; moons, circles, blobs and
    gaussian_quantiles draw as scikit-learn's generators do with the same seed.

    \b
    Example:
      shallow generate moons --samples 500 --seed 3 > moons.csv
    """
    options = {"samples": samples, "noise": noise, "arms": arms, "seed": seed}
    generate(name, {key: value for key, value in options.items() if value is not None})


def generate(name: str, options: dict[str, str]) -> None:
    """Write the dataset to stdout; the options are read by the rules of the config's keys.

    Raises:
        ConfigError: if there is no such dataset, or an option breaks its rule.
    """
    import csv
    import sys

    from shallow_cli.files.config_file import read_overrides
    from shallow_cli.resolving import Entry, resolve
    from shallow_cli.tables.generated import TARGET, generated_table

    words = [f"data.generate={name}", *(f"data.{key}={value}" for key, value in options.items())]
    found = list(read_overrides(words, "generate"))
    entries = [item for item in found if isinstance(item, Entry)]
    problems = [item for item in found if not isinstance(item, Entry)]
    table = generated_table(resolve(entries, "generate", problems).data)
    labels = table.labels[TARGET]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.plan.names)
    for *inputs, target in table.values.tolist():
        writer.writerow([*map(repr, inputs), labels[target]])
