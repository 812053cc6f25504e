"""What is computed: the same network, data, start and steps for everyone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shallow_cli.core.network import Network

QUICK_ROWS, QUICK_EPOCHS = 512, 20


@dataclass(frozen=True)
class Task:
    """A training, or a prediction with its first weights.

    The first run of a process is of `check_epochs` and is not timed: its weights are compared.
    It is shorter where rounding grows until the weights cannot be compared.
    """

    data: str  # a name of `data.SOURCES`
    rows: int
    network: Network
    dtype: str = "float64"
    learning_rate: float = 0.1
    epochs: int = 1
    check_epochs: int = 1
    batch: int | None = None
    optimizer: str = "gd"
    init_scale: float | str = "xavier"
    starts: int = 1
    seed: int = 2

    @property
    def steps_per_epoch(self) -> int:
        """How many steps visit every row once."""
        return 1 if self.batch is None else -(-self.rows // self.batch)

    @property
    def steps(self) -> int:
        """Of the timed run."""
        return self.epochs * self.steps_per_epoch

    def of_round(self, number: int) -> Task:
        """With other starts in every round, where there are several."""
        return self if self.starts == 1 else replace(self, seed=self.seed + number * self.starts)

    def quick(self) -> Task:
        """The same on few rows, to see that it runs: its figures mean nothing."""
        return replace(
            self,
            rows=min(self.rows, QUICK_ROWS),
            epochs=min(self.epochs, QUICK_EPOCHS),
            check_epochs=min(self.check_epochs, QUICK_EPOCHS),
            starts=min(self.starts, 2),
        )


WIDE = Network(28, 300, 1, "tanh", "sigmoid")
TALL = Network(10, 16, 1, "relu", "linear")

TASKS = {
    # A learning rate of 1.2 makes 1e-14 grow to 1e-1 within 10,000 steps: compared after 1,000.
    "flower": Task(
        "flower",
        400,
        Network(2, 4, 1, "tanh", "sigmoid"),
        learning_rate=1.2,
        epochs=10_000,
        check_epochs=1_000,
        init_scale=0.01,
    ),
    "adam": Task(
        "cancer",
        569,
        Network(30, 32, 1, "relu", "sigmoid"),
        learning_rate=0.001,
        epochs=100,
        check_epochs=100,
        batch=32,
        optimizer="adam",
        init_scale="he",
    ),
    "images": Task(
        "normal",
        60_000,
        Network(784, 128, 10, "relu", "softmax"),
        dtype="float32",
        learning_rate=0.01,
        batch=128,
        optimizer="momentum",
        init_scale="he",
    ),
    "wide": Task("normal", 1_000_000, WIDE, dtype="float32", batch=1024),
    "full": Task("normal", 1_000_000, WIDE, dtype="float32", epochs=3),
    "tall-float32": Task("normal", 1_000_000, TALL, dtype="float32", epochs=20, check_epochs=5),
    "tall-float64": Task("normal", 1_000_000, TALL, epochs=20, check_epochs=5),
    "predict": Task("normal", 1_000_000, WIDE),
    "lbfgs": Task(
        "flower",
        400,
        Network(2, 50, 1, "sigmoid", "sigmoid"),
        epochs=1_000,
        optimizer="lbfgs",
        starts=10,
    ),
}
MOMENTUM, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8  # of everyone
