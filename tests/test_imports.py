"""Who may import what: one way, downward, and heavy things late."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT, run_process

PACKAGE = ROOT / "shallow_cli"

# A file may import from its own entry and from those below it.
LEVELS = [
    "__main__",
    "cli",
    "commands",
    "console",
    "plots.report plots.figure",
    "plots.report_tables plots.report_numbers plots.panels",
    "plots.unit_pictures",
    "plots.maps plots.charts plots.svg plots.diagram",
    "plots.colouring",
    "plots.text plots.pictures plots.markup plots.sheet",
    "plots.fits plots.planes plots.curves plots.svg_parts plots.moments",
    "plots.colours plots.png",
    "plots.axes plots.lettering",
    "course.claims",
    "course.experiments.passing course.experiments.activating course.experiments.learning",
    "course.experiments.starting course.experiments.publishing",
    "course.runs course.published course.figures",
    "sweep.running",
    "sweep.rows",
    "sweep.plan",
    "export.forms",
    "export.python export.onnx_file export.program",
    "export.checking export.graph",
    "api",
    "evaluation crossvalidation",
    "answers checking choosing scores",
    "resuming",
    "fitting",
    "diagnosis.rules",
    "diagnosis.steps diagnosis.fits",
    "diagnosis.training",
    "cluster.connecting",
    "cluster.dask_workers cluster.loading",
    "cluster.rows",
    "cluster.placing cluster.scanning",
    "cluster.at_work",
    "cluster.keeping",
    "cluster.parts cluster.protocol",
    "cores processes",
    "files.checkpoint_file",
    "files.model_file",
    "files.model_header",
    "files.snapshots",
    "files.archive",
    "model versions",
    "config_text schema",
    "tables.suggesting",
    "tables.data",
    "files.config_file tables.loading",
    "tables.fitted tables.targets tables.generated",
    "tables.encoding tables.caching",
    "tables.raw",
    "tables.reading",
    "tables.readers tables.frames",
    "tables.plan",
    "tables.doubts",
    "tables.survey tables.complaints",
    "tables.cells tables.labels",
    "files.row_cache",
    "files.trial_table",
    "files.row_store files.atomic files.identity",
    "files.table_file",
    "files.paths",
    "files.arrow_file files.csv_batches",
    "files.arrow_columns files.csv_records files.delimiters",
    "files.headers files.text_blocks",
    "files.batch files.byte_source",
    "tables.columns",
    "resolving",
    "config",
    "data_config",
    "keys table_rules",
    "rules numerals yaml_text printable",
    "core.gradcheck.hints core.gradcheck.updates core.gradcheck.mistakes",
    "core.gradcheck.changes",
    "core.gradcheck.check core.gradcheck.points core.gradcheck.looks",
    "core.gradcheck.guard core.gradcheck.claim",
    "core.gradcheck.rounding",
    "core.gradcheck.derivatives core.gradcheck.textbook core.training core.tracing",
    "core.steps",
    "core.measuring core.batches core.optimizers core.schedules core.snapshots",
    "core.events",
    "core.stopping core.tallies core.ranking core.splitting",
    "core.linear core.looking",
    "core.metrics core.squares",
    "core.prediction core.gradient core.newton core.lbfgs",
    "core.buffers",
    "core.blocks core.workers",
    "core.penalty core.initializers",
    "core.network",
    "core.outputs",
    "core.activations",
    "core.datasets",
    "core.rng",
    "core.calls core.floating_point",
    "core.arrays",
    "errors",
]
# Third-party libraries, and where each may be imported.
HOMES = {
    "distributed": ("cluster.dask_workers",),
    "matplotlib": ("plots.figure", "plots.panels", "plots.sheet"),
    "onnx": ("export.onnx_file",),
    "onnxruntime": ("export.onnx_file",),
    "pyarrow": ("files.arrow_file",),
    "numpy": (
        *(
            "core",
            "course",
            "diagnosis",
            "tables",
            "numerals",
            "api",
            "answers",
            "checking",
            "cluster",
            "evaluation",
            "export.graph",
            "export.onnx_file",
            "files",
            "plots",
        ),
        *("commands", "console.trace_text", "crossvalidation", "scores", "versions"),
    ),
    "rich": ("console",),
    "typer": ("cli", "commands"),
    "yaml": ("files.config_file",),
}

FILES = sorted(PACKAGE.rglob("*.py"))


def module(path: Path) -> str:
    """`core.network` for shallow_cli/core/network.py."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def level(name: str) -> int:
    """The place in the order; the longest entry that fits counts."""
    fitting = [
        (len(entry), position)
        for position, entries in enumerate(LEVELS)
        for entry in entries.split()
        if name == entry or name.startswith(f"{entry}.")
    ]
    assert fitting, f"{name} has no place in the order"
    return max(fitting)[1]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also late."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            is_package = (ROOT / Path(*node.module.split("."))).is_dir()
            yield from names if is_package else [node.module]


@pytest.mark.parametrize("path", [p for p in FILES if module(p)], ids=module)
def test_imports_run_one_way(path: Path) -> None:
    if path.name == "__init__.py":
        assert not list(imports(path))
        return
    for name in imports(path):
        if name.startswith("shallow_cli."):
            target = name.removeprefix("shallow_cli.")
            if target != "__version__":
                assert level(target) >= level(module(path)), f"{module(path)} imports {target}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_libraries_stay_in_their_places(path: Path) -> None:
    for name in imports(path):
        library = name.split(".")[0]
        if library in HOMES:
            homes = HOMES[library]
            assert any(
                module(path) == home or module(path).startswith(f"{home}.") for home in homes
            )
        else:
            assert library == "shallow_cli" or library in sys.stdlib_module_names, name
            assert library not in {"pickle", "shelve", "marshal", "socket", "urllib", "http"}


def test_core_touches_neither_screen_nor_disk_nor_clock() -> None:
    banned = {"os", "sys", "io", "pathlib", "time", "datetime", "random", "logging", "subprocess"}
    for path in (PACKAGE / "core").glob("*.py"):
        assert not banned & {name.split(".")[0] for name in imports(path)}, path.name
        assert "print(" not in path.read_text(encoding="utf-8")


def loaded(*words: str) -> set[str]:
    """The modules that a command line loads, with the packages they are in."""
    code = (
        "import sys; from shallow_cli.cli import run; sys.stdout = sys.stderr\n"
        f"run({list(words)!r}); sys.stdout = sys.__stdout__; print(*sys.modules)"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["train", "--help"], []])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    assert "typer" in loaded(*words)
    assert not {"numpy", "rich", "yaml", "pydantic"} & loaded(*words)


# What each command needs of others in a pipe: a small job loads nothing for a large one.
NEEDED = {
    ("train", "configs/flower.yaml", "--set", "epochs=9", "-o", "MODEL"): "numpy typer yaml",
    ("train", "configs/iris.yaml", "--set", "epochs=9", "-o", "IRIS"): "numpy typer yaml",
    ("train", "configs/flower.yaml", "--dry-run"): "numpy typer yaml",
    ("predict", "IRIS", "data/iris.csv", "-o", "OUT"): "numpy typer yaml",
    ("evaluate", "IRIS", "data/iris.csv"): "numpy typer yaml",
    ("gradcheck", "configs/flower.yaml"): "numpy typer yaml",
    ("trace", "configs/flower.yaml"): "numpy typer yaml",
    ("generate", "moons"): "numpy typer yaml",
    ("init", "data/iris.csv"): "numpy typer yaml",
    ("inspect", "IRIS"): "numpy typer",
}
LARGE = {
    "concurrent.futures",
    "logging",
    "rich.progress",
    "asyncio",
    "multiprocessing",
    "numpy.f2py",
    "numpy.ma",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the command lines above write to and read from."""
    folder = tmp_path_factory.mktemp("models")
    places = {name: str(folder / f"{name}.npz") for name in ("MODEL", "IRIS", "OUT")}
    loaded("train", "configs/iris.yaml", "--set", "epochs=9", "-o", places["IRIS"])
    return places


@pytest.mark.parametrize("words", NEEDED, ids=" ".join)
def test_a_command_loads_what_it_needs(words: tuple[str, ...], models: dict[str, str]) -> None:
    modules = loaded(*(models.get(word, word) for word in words))
    libraries = {"numpy", "rich", "typer", "yaml", "pyarrow", "pydantic", "scipy", "matplotlib"}
    assert libraries & modules == set(NEEDED[words].split())
    assert not LARGE & modules


def test_a_training_on_many_rows_loads_threads(tmp_path: Path) -> None:
    """So that the test above tests something."""
    config = tmp_path / "c.yaml"
    config.write_text("data: {generate: moons, samples: 200000}\nepochs: 1\nthreads: 2\n")
    assert "concurrent.futures" in loaded("train", str(config), "-o", str(tmp_path / "m.npz"))


# Command lines, the libraries that they cannot do without, and how many times the CPU time of
# importing these they may take. A training of 1,000 epochs is 13 ms of work itself.
TIMES = {
    "--help": ("typer", 1.5),
    "--version": ("typer", 1.5),
    f"train {ROOT / 'configs/flower.yaml'} --set epochs=1000": ("typer, numpy, yaml", 3),
}


@pytest.mark.parametrize("line", TIMES, ids=["help", "version", "flower"])
def test_a_command_is_nearly_as_quick_as_the_imports_it_needs(line: str, tmp_path: Path) -> None:
    """The best of seven, taken in turns, with compiled files as an installation has them.

    Other work on the machine only ever adds time, so one round of three that holds is enough.
    """
    import os
    import resource
    import subprocess

    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}

    def cpu(*command: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=env, capture_output=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return float(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def ratio() -> float:
        pairs = [(cpu("-c", f"import {needed}"), cpu(*ours)) for _ in range(7)]
        return min(ours for _, ours in pairs) / min(imports for imports, _ in pairs)

    needed, limit = TIMES[line]
    ours = ("-m", "shallow_cli", *line.split())
    cpu(*ours)  # compiles what has changed
    assert any(ratio() <= limit for _ in range(3)), ratio()


def test_nobody_needs_the_development_tools(tmp_path: Path) -> None:
    """The package itself imports nothing from the test extra."""
    assert run_process("init", cwd=tmp_path).returncode == 0
    for path in FILES:
        assert not {"pytest", "hypothesis"} & set(imports(path))
