"""The benchmarks run, compare what they measure, and say what was left out."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks import results
from benchmarks.bounds import Bound, bound
from benchmarks.floors import FLOORS, Floor
from benchmarks.judging import Verdict, problems, verdicts
from benchmarks.page import page
from benchmarks.peers.products import WAYS, Multiply, Order, do, products, shards
from benchmarks.plots import COLOURS
from benchmarks.results import Measured, Option, Outcome, Point, Results
from benchmarks.scaling.points import GROWN, multiplications, sizes
from benchmarks.scaling.reading import bend, level, pays
from benchmarks.tasks import TASKS
from benchmarks.wording import count, seconds, significant
from benchmarks.workloads import WORKLOADS
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Network

from .conftest import ROOT

# The table of the issue: for each workload how many times faster, and at most how many times as
# long. Both dtypes of tall and both whole processes have the same figures.
FASTER = {
    "flower": {"course": 2.5, "sklearn": 5, "torch": 12},
    "adam": {"plain": 3.5, "sklearn": 5, "torch": 12},
    "images": {"sklearn": 1.3, "torch": 1.3},
    "wide": {"sklearn": 1.7, "torch": 2},
    "full": {"sklearn torch jax": 3},
    "tall-float32": {"jax": 1.4, "torch": 4, "sklearn": 4},
    "tall-float64": {"jax": 1.4, "torch": 4, "sklearn": 4},
    "predict": {"sklearn": 1.5, "torch": 3},
    "process-flower": {"sklearn": 6, "torch": 9},
    "process-adam": {"sklearn": 6, "torch": 9},
    "lbfgs": {"sklearn": 1},
}
WITHIN = {
    "flower": {"jax": 2.0},
    "adam": {"jax": 2.0},
    "images": {"products": 1.35},
    "wide": {"jax": 1.3, "products": 1.6},
    "full": {"products": 1.45},
    "tall-float32": {"products": 1.9},
    "tall-float64": {"products": 1.9},
    "lbfgs": {"nnet": 2},
}


def as_table(kind: str) -> dict[str, dict[str, float]]:
    """The floors of a kind, by workload and peers."""
    found: dict[str, dict[str, float]] = {}
    for floor in FLOORS:
        if floor.kind == kind:
            found.setdefault(floor.workload, {})[" ".join(floor.peers)] = floor.figure
    return found


def test_the_floors_are_those_that_were_agreed() -> None:
    assert as_table("faster") == FASTER
    assert as_table("within") == WITHIN
    assert as_table("loss") == {"lbfgs": {"nnet": 1, "sklearn": 1}}


def test_every_floor_is_about_somebody_who_is_measured() -> None:
    for floor in FLOORS:
        there = {variant.peer for variant in WORKLOADS[floor.workload].variants}
        assert {"shallow", *floor.peers} <= there


def test_the_sizes_are_those_that_were_agreed() -> None:
    sizes = {
        name: (t.rows, t.network.n_x, t.network.n_h, t.network.n_y, t.dtype, t.batch, t.steps)
        for name, t in TASKS.items()
    }
    assert sizes == {
        "flower": (400, 2, 4, 1, "float64", None, 10_000),
        "adam": (569, 30, 32, 1, "float64", 32, 1800),
        "images": (60_000, 784, 128, 10, "float32", 128, 469),
        "wide": (1_000_000, 28, 300, 1, "float32", 1024, 977),
        "full": (1_000_000, 28, 300, 1, "float32", None, 3),
        "tall-float32": (1_000_000, 10, 16, 1, "float32", None, 20),
        "tall-float64": (1_000_000, 10, 16, 1, "float64", None, 20),
        "predict": (1_000_000, 28, 300, 1, "float64", None, 1),
        "lbfgs": (400, 2, 50, 1, "float64", None, 1000),
    }


def shapes_of(network: Network, m: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    X = np.ones((m, network.n_x + 1)).T
    return [(left.shape, right.shape) for left, right, _ in products(network, X, "F")]


def test_the_products_have_the_shapes_of_the_equations() -> None:
    one = [((4, 3), (3, 9)), ((1, 5), (5, 9)), ((1, 9), (9, 5)), ((4, 9), (9, 3))]
    assert shapes_of(Network(2, 4, 1), 9) == one
    several = [((4, 3), (3, 9)), ((3, 5), (5, 9)), ((3, 9), (9, 5)), ((4, 3), (3, 9)), one[-1]]
    assert shapes_of(Network(2, 4, 3), 9) == several


@pytest.mark.parametrize("network", [Network(2, 4, 1), Network(5, 3, 2)])
def test_the_multiplications_are_those_of_the_products(network: Network) -> None:
    shapes = shapes_of(network, 7)
    counted = sum(left[0] * left[1] * right[1] for left, right in shapes)
    outer = 7 * network.n_h if network.n_y == 1 else 0  # counted, but not done as a product
    assert multiplications(7, network) == counted + outer


@pytest.mark.parametrize(("order", "multiply"), WAYS)
def test_the_products_can_be_done_in_place(order: Order, multiply: Multiply) -> None:
    task = TASKS["tall-float32"].quick()
    table: Array = np.ones((task.rows, task.network.n_x + 1), task.dtype)
    for left, right, out in (todo := products(task.network, table.T, order)):
        out[:] = 0
        do(multiply, [(left, right, out)])
        assert (out == left @ right).all()
    assert len(todo) == 4
    shards(task, table, 2, order, multiply)()


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a quick run of two workloads and the scaling."""
    folder = tmp_path_factory.mktemp("benchmarks")
    for only in (
        ["flower", "tall-float32"],
        ["scaling", "choices"],
    ):  # the second is added to the first
        words = ["--quick", "--rounds", "1", "--out", str(folder), "--only", *only]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_a_quick_run_writes_a_page_with_ratios(quick: Path) -> None:
    text = (quick / "benchmarks.md").read_text(encoding="utf-8")
    assert "its figures mean nothing" in text
    assert text.count("| **shallow, 1 thread** |") == 1
    assert text.count("| **shallow, 2 threads** |") == 1
    assert "| the course's code, 1 thread |" in text
    assert "| the matrix products alone, 2 threads |" in text
    assert "- float32, rows: from " in text
    assert text.count(", at most in shallow |") >= 2
    assert "| np.matmul, out= |" in text
    assert page(results.read(quick / results.FILE)) == text


def test_who_is_missing_is_named_and_who_is_there_agrees(quick: Path) -> None:
    outcomes = results.read(quick / results.FILE).outcomes
    assert list(outcomes) == ["flower", "tall-float32"]
    for outcome in outcomes.values():
        for peer in ("sklearn", "torch", "jax"):
            if find_spec(peer) is None:
                reasons = [r for name, r in outcome.skipped.items() if name.startswith(peer)]
                assert reasons == [f"{peer} is not installed"]
            else:
                assert outcome.of(peer)[0].agrees
    text = (quick / "benchmarks.md").read_text(encoding="utf-8")
    assert text.count("left out") == sum(len(o.skipped) for o in outcomes.values())
    [course] = outcomes["flower"].of("course")
    assert course.difference is not None
    assert course.difference < 1e-12


def test_the_page_is_what_the_results_give() -> None:
    """If not: `python -m benchmarks --render`."""
    written = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    found = results.read(ROOT / "docs" / results.FILE)
    assert page(found) == written
    assert not found.quick


def test_results_are_kept_as_they_are(tmp_path: Path) -> None:
    measured = Measured("shallow", "", 2, (1.0, 2.5), (3.0, 4.0), 5.0, (0.5,), 1e-9, agrees=False)
    point = Point("rows", 4, 2, 3, "float64", 1, (0.1, 0.2))
    option = Option("which", "this", (0.1,))
    kept = Results(
        {"cores": "2"}, True, {"flower": Outcome((measured,), {"x": "y"})}, (point,), (option,)
    )
    results.write(kept, tmp_path / "r.json")
    assert results.read(tmp_path / "r.json") == kept


def outcome(**peers: tuple[float, ...]) -> Outcome:
    """One with these seconds, which are the losses, too."""
    measured = (Measured(name, "", 1, s, losses=s) for name, s in peers.items())
    return Outcome(tuple(measured), {})


def test_ratios_are_of_medians_and_the_fastest_variant_counts() -> None:
    found = outcome(shallow=(9.0, 1.0, 2.0), sklearn=(8.0, 1.0, 5.0), torch=(4.0, 4.0, 99.0))
    both = Floor("full", ("sklearn", "torch", "jax"), "faster", 3)
    there = Results({}, outcomes={"full": found})
    [faster, within] = [v for v in verdicts(there) if v.floor.workload == "full"]
    assert faster == Verdict(both, 2.0)
    assert (faster.met, within.met) == (False, None)
    assert problems(there) == ["full: faster 3 (sklearn or torch or jax), measured 2"]
    assert problems(Results({}, quick=True, outcomes={"full": found})) == []


def test_who_came_out_elsewhere_is_no_measure() -> None:
    ours = Measured("shallow", "", 1, (1.0,))
    elsewhere = Measured("jax", "", 2, (9.0,), difference=0.5, agrees=False)
    there = Results({}, outcomes={"full": Outcome((ours, elsewhere), {})})
    assert all(v.figure is None for v in verdicts(there))
    assert problems(there) == ["full jax: differs by 0.5"]


def test_products_are_held_against_as_many_threads() -> None:
    ones = [
        Measured(name, "", n, (s,)) for name, n, s in (("shallow", 1, 3.0), ("shallow", 2, 2.0))
    ]
    there = Outcome(
        (*ones, Measured("products", "", 1, (2.0,)), Measured("jax", "", 2, (8.0,))), {}
    )
    judged = verdicts(Results({}, outcomes={"wide": there}))
    found = {v.floor.peers: v.figure for v in judged if v.floor.workload == "wide"}
    assert (found["products",], found["jax",]) == (1.5, 0.25)


def test_a_floor_is_nearly_reached_within_a_share_of_it() -> None:
    faster = Floor("flower", ("torch",), "faster", 10)
    within = Floor("flower", ("jax",), "within", 2)
    for floor, figures in ((faster, (10.0, 8.6, 8.4)), (within, (2.0, 2.3, 2.4))):
        judged = [Verdict(floor, figure) for figure in figures]
        assert [(v.met, v.tied) for v in judged] == [(True, False), (False, True), (False, False)]
    assert (Verdict(faster, None).met, Verdict(faster, None).tied) == (None, False)


def test_no_floor_lies_beyond_what_the_calls_or_the_products_take() -> None:
    calls = Option("a step of flower, one thread", "its 18 calls", (2e-6,))
    other = Option("a step of flower, one thread", "its matrix products", (1e-6,))
    small = outcome(shallow=(0.04,), torch=(0.2,), jax=(0.01,))
    large = outcome(shallow=(2.0,), products=(1.0,), torch=(5.0,))
    there = Results({}, outcomes={"flower": small, "full": large}, choices=(other, calls))
    found = {(v.floor.workload, v.floor.peers): bound(there, v.floor) for v in verdicts(there)}
    assert found["flower", ("torch",)] == Bound(10.0, "its calls alone")
    assert found["flower", ("jax",)] == Bound(2.0, "its calls alone")
    assert found["flower", ("sklearn",)] is None
    assert found["full", ("sklearn", "torch", "jax")] == Bound(5.0, "its products alone")
    assert found["full", ("products",)] is None
    assert found["adam", ("torch",)] is None


def test_a_median_loss_is_measured_by_the_largest_of_theirs() -> None:
    found = outcome(shallow=(3.0, 9.0, 4.0), nnet=(1.0, 5.0, 2.0))
    [verdict] = [
        v
        for v in verdicts(Results({}, outcomes={"lbfgs": found}))
        if v.floor.kind == "loss" and v.floor.peers == ("nnet",)
    ]
    assert (verdict.figure, verdict.met) == (0.8, True)


def line(*seconds_of_a_step: float, threads: int = 1) -> list[Point]:
    """Points whose rows, and work, grow tenfold."""
    return [
        Point("rows", 10**k, 1, 1, "float64", threads, (s,))
        for k, s in enumerate(seconds_of_a_step)
    ]


def test_the_bend_is_where_a_step_costs_twice_the_least() -> None:
    work = multiplications(1, Network(1, 1, 1))
    assert bend(line(1.0, 1.0, 10.0)) == pytest.approx(work * 10 * 2)
    assert bend(line(1.0, 1.5)) is None
    assert level(line(1.0, 1.0, 2.0, 19.0)).rows == 100


def test_more_threads_pay_where_they_go_on_paying() -> None:
    gains = dict(zip([1.2, 1.0, 1.5, 1.9], line(1, 2, 3, 4), strict=True))
    found = pays([(point, gain) for gain, point in gains.items()])
    assert found is not None
    assert found.rows == 100
    assert pays([(line(1)[0], 1.0)]) is None


def test_every_size_grows_one_thing() -> None:
    assert len(sizes(quick=False)) == sum(map(len, GROWN.values()))
    assert {s.n_x for s in sizes(quick=False) if s.series == "n_h"} == {32}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (significant(1234.5), "1,234"),
        (significant(0.05), "0.0500"),
        (seconds(0.0123), "12.3 ms"),
        (seconds(2e-7), "0.200 µs"),
        (count(344_321), "340,000"),
        (count(1_131_008), "1.1 million"),
    ],
)
def test_numbers_in_words(text: str, expected: str) -> None:
    assert text == expected


def test_whoever_is_drawn_has_a_colour() -> None:
    drawn = {v.peer for w in WORKLOADS.values() if w.name != "csv" for v in w.variants}
    assert drawn - {"shallow"} <= set(COLOURS)
