"""`shallow gradcheck`: does backprop match the loss?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import Json, Overrides
from shallow_cli.console.streams import write
from shallow_cli.errors import ANSWER_IS_NO, NO_VERDICT, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.config import Config
    from shallow_cli.core.gradcheck import BlockCheck

ROWS = 32  # of the config's data
L2 = 0.1

Checks = dict[str, "list[BlockCheck]"]


def gradcheck_cli(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG]", readable=False, help="A YAML config; - is standard input."
        ),
    ] = None,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Check backprop against derivatives of the loss, for each of W1, b1, W2 and b2.

    With CONFIG: at its first weights and at generic ones, on 32 of its training rows. Without:
    every activation with every output, with and without L2. The derivatives are complex-step
    ones, exact to rounding, and the verdict is in rounding units: 100 is the limit.

    A pass means that the gradient is that of the loss as it is coded. It does not mean that the
    loss is the one you want, or that training is right in other ways.

    \b
    Example:
      shallow gradcheck
      shallow gradcheck config.yaml --set activation=relu
    """
    import json

    from shallow_cli.console.check_tables import show_checks
    from shallow_cli.files.config_file import load_config

    if config is None and overrides:
        raise UsageError(Problem("--set needs a CONFIG"))
    if config is None:
        checks = check_everything()
    else:
        checks = check_config(load_config(config, overrides or ()))
    if as_json:
        write(json.dumps(as_values(checks), allow_nan=False))
    else:
        show_checks(checks, in_full=config is not None)
    if not passed(checks):
        raise typer.Exit(ANSWER_IS_NO if decided(checks) else NO_VERDICT)


def check_config(config: "Config") -> Checks:
    """The checks of a config's network on its own rows, by the name of the point.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
    """
    import numpy as np

    from shallow_cli.core.gradcheck import check_gradient, generic_point
    from shallow_cli.core.rng import check_stream
    from shallow_cli.fitting import prepare

    prepared = prepare(config)
    network, training = prepared.job.network, prepared.job.training
    rows = np.sort(check_stream(config.seed).permutation(len(training))[:ROWS])
    points = {
        "first weights": prepared.theta,
        "generic weights": generic_point(network, config.seed),
    }
    return {
        name: check_gradient(network, theta, training.take(rows), config.l2)
        for name, theta in points.items()
    }


def check_everything() -> Checks:
    """Every activation with every output, with and without L2, on drawn rows; sizes all differ."""
    from shallow_cli.core.activations import ACTIVATIONS
    from shallow_cli.core.gradcheck import check_gradient, generic_examples, generic_point
    from shallow_cli.core.network import Network

    checks = {}
    for activation in ACTIVATIONS:
        for output, n_y in (("sigmoid", 1), ("softmax", 3), ("linear", 2)):
            network = Network(4, 5, n_y, activation, output, leak=0.1)
            data = generic_examples(network, m=7, seed=0)
            for l2 in (0.0, L2):
                name = f"{activation}, {output}" + (", L2" if l2 else "")
                checks[name] = check_gradient(network, generic_point(network, 0), data, l2)
    return checks


def passed(checks: Checks) -> bool:
    """Whether there was something to check and all of it is right."""
    return bool(checks) and all(block.passed for blocks in checks.values() for block in blocks)


def decided(checks: Checks) -> bool:
    """Whether every block was checked, and its derivatives are finite."""
    return bool(checks) and all(block.decided for blocks in checks.values() for block in blocks)


def as_values(checks: Checks) -> dict[str, Any]:
    """The checks as plain values."""
    import dataclasses
    import math

    return {
        "passed": passed(checks),
        "checks": [
            {"point": point}
            | {
                key: None if isinstance(value, float) and not math.isfinite(value) else value
                for key, value in dataclasses.asdict(block).items()
            }
            | {"passed": block.passed}
            for point, blocks in checks.items()
            for block in blocks
        ],
    }
