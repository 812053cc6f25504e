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
    "evaluation crossvalidation",
    "answers checking choosing scores",
    "fitting",
    "cores",
    "files.model_file",
    "files.model_header",
    "model",
    "config_text",
    "tables.suggesting",
    "tables.data",
    "files.config_file tables.loading",
    "tables.fitted tables.targets tables.generated",
    "tables.encoding tables.caching",
    "tables.raw",
    "tables.reading",
    "tables.readers",
    "tables.plan",
    "tables.doubts",
    "tables.survey tables.complaints",
    "tables.cells tables.labels",
    "files.row_cache",
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
    "rules numerals yaml_text",
    "core.gradcheck.hints core.gradcheck.updates core.gradcheck.mistakes",
    "core.gradcheck.changes",
    "core.gradcheck.check core.gradcheck.points core.gradcheck.looks",
    "core.gradcheck.guard core.gradcheck.claim",
    "core.gradcheck.rounding",
    "core.gradcheck.derivatives core.gradcheck.textbook core.training core.tracing",
    "core.steps",
    "core.measuring core.batches core.optimizers core.schedules",
    "core.events core.stopping core.tallies core.ranking core.splitting",
    "core.linear",
    "core.metrics core.squares",
    "core.prediction core.gradient core.newton core.lbfgs",
    "core.workers",
    "core.penalty core.initializers",
    "core.network",
    "core.outputs",
    "core.activations",
    "core.datasets",
    "core.rng",
    "core.arrays",
    "errors",
]
# Third-party libraries, and where each may be imported.
HOMES = {
    "pyarrow": ("files.arrow_file",),
    "numpy": (
        *("core", "tables", "numerals", "answers", "checking", "evaluation", "files"),
        *("commands", "console.trace_text", "crossvalidation", "scores"),
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
    """The top-level modules that a command line loads."""
    code = (
        "import sys; from shallow_cli.cli import run; sys.stdout = sys.stderr\n"
        f"run({list(words)!r}); sys.stdout = sys.__stdout__; print(*sys.modules)"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["train", "--help"], []])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    assert "typer" in loaded(*words)
    assert not {"numpy", "rich", "yaml", "pydantic"} & loaded(*words)


def test_a_training_in_a_pipe_does_without_rich() -> None:
    assert "rich" not in loaded("train", "configs/flower.yaml", "--dry-run")


def test_help_is_nearly_as_quick_as_typer_alone(tmp_path: Path) -> None:
    """At most 1.5 times the CPU time of importing typer; the best of seven, taken in turns.

    Other work on the machine only ever adds time, so one round of three that holds is enough.
    """
    import resource
    import subprocess

    def cpu(*command: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return float(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def ratio() -> float:
        pairs = [(cpu("-c", "import typer"), cpu("-m", "shallow_cli", "--help")) for _ in range(7)]
        return min(ours for _, ours in pairs) / min(typer for typer, _ in pairs)

    cpu("-m", "shallow_cli", "--help")  # compiles what has changed
    assert any(ratio() <= 1.5 for _ in range(3))


def test_nobody_needs_the_development_tools(tmp_path: Path) -> None:
    """The package itself imports nothing from the test extra."""
    assert run_process("init", cwd=tmp_path).returncode == 0
    for path in FILES:
        assert not {"pytest", "hypothesis"} & set(imports(path))
