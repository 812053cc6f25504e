"""What is measured, who takes part, and how each of them is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from benchmarks import preparing
from benchmarks.data import ROOT
from benchmarks.preparing import Place
from benchmarks.tasks import TASKS, Task

SCRIPTS = ROOT / "benchmarks" / "scripts"


@dataclass(frozen=True)
class Variant:
    """Somebody who does the work, in so many threads.

    `method` is the function of the peer's module that does it. A variant with a command of its
    own has no module: it is a program, and its whole process is timed unless it prints seconds.
    """

    peer: str
    threads: int = 1
    method: str = ""
    command: Callable[[Place], list[str]] | None = None
    tolerance: float | None = None  # if it is not the workload's

    @property
    def name(self) -> str:
        """Such as torch-2."""
        return "-".join(filter(None, (self.peer, self.method, str(self.threads))))


@dataclass(frozen=True)
class Workload:
    """A task, and those who do it.

    `whole`: of shallow the time with the measured rows of the loss table counts, not the steps
    alone. `compared` is what must agree with shallow's, within `tolerance`.
    """

    name: str
    says: str
    task: Task
    variants: tuple[Variant, ...]
    kind: Literal["train", "predict", "restarts", "process"] = "train"
    compared: Literal["weights", "predictions", "loss", ""] = "weights"
    tolerance: float = 1e-7
    whole: bool = False
    prepare: Callable[[Place], None] = preparing.nothing

    def sized(self, *, quick: bool) -> Workload:
        """The same, tiny if need be."""
        return replace(self, task=self.task.quick()) if quick else self


def of(*names: str, threads: int = 1) -> tuple[Variant, ...]:
    """Peers with the same number of threads."""
    return tuple(Variant(name, threads) for name in names)


def script(name: str) -> Callable[[Place], list[str]]:
    """A program of benchmarks/scripts, as a user would write it."""
    return lambda place: [sys.executable, str(SCRIPTS / name), *given(place)]


def given(place: Place) -> list[str]:
    """What a script is told: a folder and a number of epochs."""
    return [str(place.folder), str(place.task.epochs)]


def command(place: Place) -> list[str]:
    """`shallow train`, which prints its rows as JSON: the last one has the loss."""
    words = [str(place.folder / "config.yaml"), "-o", str(place.folder / "model.npz")]
    return [sys.executable, "-m", "shallow_cli", "train", *words, "--quiet", "--format", "jsonl"]


def in_r(place: Place) -> list[str]:
    """R's `nnet`, from the starts of the round, which are written here."""
    preparing.starts_for_r(place)
    return ["Rscript", str(SCRIPTS / "lbfgs.R"), *given(place)]


def program(peer: str, file: str) -> Variant:
    """A peer's script as a process."""
    return Variant(peer, command=script(file))


OURS = Variant("shallow", command=command)
MODULES = [sys.executable, "-m", "benchmarks.scripts.modules"]
IMPORTS = (program("imports", "imports.py"), Variant("modules", command=lambda _place: MODULES))
FOREIGN = ("sklearn", "torch", "jax")

_ALL = (
    Workload(
        "flower",
        "400×2, 4 tanh, sigmoid, gradient descent with the full batch, 10,000 steps, float64",
        TASKS["flower"],
        of("shallow", "course", *FOREIGN),
        whole=True,
    ),
    Workload(
        "adam",
        "569×30, 32 ReLU, sigmoid, Adam, batch 32, 100 epochs of 18 steps, float64",
        TASKS["adam"],
        # scikit-learn's Adam adds ε before it corrects the bias, as if ε were larger at first.
        (*of("shallow", "plain", "torch", "jax"), Variant("sklearn", tolerance=2e-3)),
        whole=True,
    ),
    Workload(
        "images",
        "60,000×784, 128 ReLU, softmax 10, momentum, batch 128, one epoch of 469 steps, float32",
        TASKS["images"],
        (*of("shallow", "products", "sklearn", "torch"), *of("shallow", *FOREIGN, threads=2)),
        tolerance=1e-4,
    ),
    Workload(
        "wide",
        "1,000,000×28, 300 tanh, sigmoid, gradient descent, batch 1,024, one epoch of 977 steps, "
        "float32",
        TASKS["wide"],
        (*of("shallow", "products", "sklearn", "torch"), *of("shallow", *FOREIGN, threads=2)),
        tolerance=1e-4,
    ),
    Workload(
        "full",
        "1,000,000×28, 300 tanh, sigmoid, gradient descent with the full batch, 3 steps, float32",
        TASKS["full"],
        of("shallow", "products", *FOREIGN, threads=2),
        tolerance=1e-4,
    ),
    *(
        Workload(
            f"tall-{dtype}",
            "1,000,000×10, 16 ReLU, regression, gradient descent with the full batch, 20 steps, "
            f"{dtype}",
            TASKS[f"tall-{dtype}"],
            of("shallow", "products", *FOREIGN, threads=2),
            tolerance=tolerance,
        )
        for dtype, tolerance in (("float32", 1e-4), ("float64", 1e-7))
    ),
    Workload(
        "predict",
        "1,000,000×28, 300 tanh, sigmoid: probabilities from an array, float64",
        TASKS["predict"],
        (*of("shallow", "sklearn", "torch", threads=2), Variant("torch", 2, "in_chunks")),
        kind="predict",
        compared="predictions",
    ),
    Workload(
        "process-flower",
        "flower as a whole process: start, import, 10,000 steps, weights to a file",
        TASKS["flower"],
        (
            OURS,
            program("sklearn", "flower_sklearn.py"),
            program("torch", "flower_torch.py"),
            *IMPORTS,
        ),
        kind="process",
        compared="loss",
        tolerance=0.02,
        prepare=preparing.flower_config,
    ),
    Workload(
        "process-adam",
        "adam as a whole process: start, import, the table, 100 epochs, weights to a file",
        TASKS["adam"],
        (
            OURS,
            program("sklearn", "cancer_sklearn.py"),
            program("torch", "cancer_torch.py"),
            *IMPORTS,
        ),
        kind="process",
        compared="loss",
        tolerance=0.05,
        prepare=preparing.cancer_config,
    ),
    Workload(
        "csv",
        "1,000,000×29 numbers in a CSV: one epoch of 32 tanh, batch 1,024, float32, as a process",
        TASKS["wide"],
        (OURS, program("loadtxt", "table_loadtxt.py")),
        kind="process",
        compared="",
        prepare=preparing.large_table,
    ),
    Workload(
        "lbfgs",
        "the flower, 50 sigmoid units, float64: the best of 10 starts of at most 1,000 iterations, "
        "with other starts in every round",
        TASKS["lbfgs"],
        (*of("shallow", "sklearn"), Variant("nnet", command=in_r)),
        kind="restarts",
        compared="",
    ),
)
WORKLOADS = {workload.name: workload for workload in _ALL}
PARTS = ("scaling", "choices")  # are measured in other ways, in folders of these names
