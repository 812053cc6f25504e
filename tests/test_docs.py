"""What the documents say is what the program does."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from types import ModuleType

import pytest

from shallow_cli.cli import COMMANDS
from shallow_cli.config import FOR_TABLES, KEYS
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.schedules import SCHEDULES
from shallow_cli.course.claims import CLAIMS

from .conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LECTURE = ("lecture.md", "lecture.zh-CN.md")
SCRIPTS = sorted((ROOT / "examples").glob("*.sh"))


def blocks(language: str, page: str = README) -> list[str]:
    """The fenced blocks of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def generator() -> ModuleType:
    """docs/generate.py, which is no package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize(
    "name",
    [
        *("cli.md", "config.md", "config.schema.json", "datasets.md", "datasets.svg"),
        *("mistakes.md", "python.md"),
    ],
)
def test_generated_pages_are_fresh(name: str) -> None:
    """If not: `python docs/generate.py`."""
    page = generator().PAGES[name]()
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page


def test_every_command_and_key_is_documented() -> None:
    assert all(f"`shallow {name}" in README for name in COMMANDS)
    reference = (ROOT / "docs/config.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in reference for name in KEYS)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the README's commands use, to run them in."""
    for name in ("configs", "data", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def alike(found: str, expected: str) -> bool:
    """Whether two lines differ at the most in last digits, or in tiny numbers.

    Of a claim that has a bound, it is enough that both lie within.
    """
    within = [re.sub(r"([≤≥] \S+) +\S+  yes$", r"\1  yes", line) for line in (found, expected)]
    pairs = list(zip_longest(*(line.split() for line in within), fillvalue=""))
    return all(a == b or (numeric(a, b) and near(float(a), float(b))) for a, b in pairs)


def numeric(*words: str) -> bool:
    """Whether all are numbers."""
    return all(re.fullmatch(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", word) for word in words)


def near(a: float, b: float) -> bool:
    """Processors round sums in other ways."""
    return max(abs(a), abs(b)) < 1e-8 or abs(a - b) <= 0.02 * max(abs(a), abs(b))


@pytest.mark.parametrize("names", [("diagnosis.md",), LECTURE], ids=["diagnosis", "lecture"])
def test_pages_show_what_is_printed(names: tuple[str, ...]) -> None:
    """If not: `python docs/generate.py`; what several of them print is run once."""
    pages = generator().PAGES
    for name in names:
        printed, page = pages[name](), (ROOT / "docs" / name).read_text(encoding="utf-8")
        lines = zip_longest(printed.splitlines(), page.splitlines(), fillvalue="")
        assert [pair for pair in lines if not alike(*pair)] == []


def test_the_lecture_is_the_same_in_both_languages() -> None:
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in LECTURE]
    for language in ("sh", "text"):
        english, chinese = (blocks(language, page) for page in pages)
        assert english == chinese
    assert len(blocks("sh", pages[0])) == len(blocks("text", pages[0])) + 1


def test_each_claim_is_in_the_lecture() -> None:
    text = "\n".join(blocks("sh", (ROOT / "docs" / LECTURE[0]).read_text(encoding="utf-8")))
    shown_otherwise = {"vectors", "costs", "accuracies", "wide-accuracies"}
    assert all(claim.name in text for claim in CLAIMS if claim.name not in shown_otherwise)


def in_shell(script: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a person who has activated the environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script, "bash", *words],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_readme_commands_work_in_their_order(checkout: Path) -> None:
    """`head` closes the pipe of `predict`, which is its right: 141 is no failure there."""
    ours = [block for block in blocks("sh") if block.startswith(("shallow ", "cat "))]
    assert len(ours) == 19
    for block in ours:
        done = in_shell(block, checkout)
        assert done.returncode in {0, 141 if "| head" in block else 0}, (block, done.stderr)


def test_the_commands_of_the_gradient_check_s_page_work(checkout: Path) -> None:
    page = (ROOT / "docs/gradcheck.md").read_text(encoding="utf-8")
    ours = blocks("sh", page)
    assert len(ours) == 3
    outs = [in_shell(block, checkout) for block in ours]
    assert [done.returncode for done in outs] == [0, 0, 0], [done.stderr for done in outs]
    assert outs[0].stdout.count("\npassed: worst ") == 3
    assert "hint: the sum" in outs[2].stdout
    assert outs[2].stdout.endswith("exit 1\n")


def test_the_commands_and_the_python_of_the_page_on_exports_work(checkout: Path) -> None:
    page = (ROOT / "docs/export.md").read_text(encoding="utf-8")
    outs = [in_shell(block, checkout) for block in blocks("sh", page)]
    assert [done.returncode for done in outs] == [0, 0], [done.stderr for done in outs]
    assert (
        (checkout / "predictions.csv").read_text(encoding="utf-8").startswith("left,p_no,p_yes\n")
    )
    [code] = blocks("python", page)
    done = in_shell(f"python - <<'END'\n{code}END", checkout)
    assert re.fullmatch(r"\['(yes|no)' '(yes|no)'\] \[0\.\d+ +0\.\d+ *\]\n", done.stdout), done


def test_the_commands_of_the_page_on_clusters_work(checkout: Path) -> None:
    """But for the first, which installs the extra."""
    page = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    installing, *ours = blocks("sh", page)
    assert installing == "pip install 'shallow-cli[dask]'\n"
    outs = [in_shell(block, checkout) for block in ours]
    assert [done.returncode for done in outs] == [0, 0], [done.stderr for done in outs]
    assert outs[0].stdout == outs[1].stdout
    models = [(checkout / name).read_bytes() for name in ("diabetes.npz", "local.npz")]
    assert models[0] == models[1]


def test_the_commands_of_the_page_on_tables_work(checkout: Path) -> None:
    page = (ROOT / "docs/tables.md").read_text(encoding="utf-8")
    outs = [in_shell(block, checkout) for block in blocks("sh", page)]
    assert [done.returncode for done in outs] == [0, 0]
    assert "since: looks like dates" in outs[0].stdout
    assert "\nlogistic regression  0." in outs[1].stdout
    assert all(f"`{key}" in page for key in map(bare, FOR_TABLES))


def test_the_commands_of_the_page_on_training_work(checkout: Path) -> None:
    page = (ROOT / "docs/training.md").read_text(encoding="utf-8")
    outs = [in_shell(block, checkout) for block in blocks("sh", page)]
    assert [done.returncode for done in outs] == [0, 0, 0], [done.stderr for done in outs]
    assert "W1 ← W1 − α (1 − β₁) / (1 − β₁ᵗ)" in outs[0].stdout
    assert float(outs[1].stdout.split()[-2]) < 0.2  # the loss
    assert all(f"| `{name}` |" in page for name in (*OPTIMIZERS, LBFGS, *SCHEDULES))


def bare(key: str) -> str:
    """`decimal` for data.decimal."""
    return key.rpartition(".")[2]


def test_the_readme_shows_what_is_printed(checkout: Path) -> None:
    """Of the check and the trace; the losses have tests of their own."""
    by_command = {
        "--break": "hint: ",
        "shallow trace": "Z1 = ",
        "customers.yaml -o": "left: binary",
        "--folds": "Mean ± ",
        "init_scale=0 ": "symmetry: ",
        "hidden_units=1,2,3,4,5": "hidden_units ",
    }
    for word, start in by_command.items():
        [command] = [block for block in blocks("sh") if word in block]
        [shown] = [block for block in blocks("text") if block.startswith(start)]
        done = in_shell(command, checkout)
        assert shown in done.stdout or shown in done.stderr


def test_the_readme_starts_with_the_two_commands_of_ci() -> None:
    """`.ci/run` takes them from the README by these beginnings and ends."""
    first, second = blocks("sh")[:2]
    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && ")
    assert first.rstrip().endswith(".venv/bin/shallow train configs/flower.yaml")
    assert second == ".venv/bin/python -m pytest\n"
    ci = (ROOT / ".ci/run").read_text()
    assert "grep -m 1 '^python3 -m venv' README.md" in ci
    assert "grep -m 1 -- '-m pytest$' README.md" in ci


def test_the_readme_config_is_the_shipped_one(tmp_path: Path) -> None:
    from shallow_cli.files.config_file import load_config

    [text] = blocks("yaml")
    copy = ROOT / "configs/flower.yaml"
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_config(path) == load_config(copy)


def test_the_readme_python_runs(checkout: Path) -> None:
    [code] = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True
    )
    accuracy, label = done.stdout.split()
    assert float(accuracy) > 0.9
    assert label == "setosa"
    assert (checkout / "iris.npz").exists()


def test_the_page_on_python_runs_and_shows_what_is_printed(checkout: Path) -> None:
    """Its blocks in their order, in one namespace, as a person would paste them."""
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    code = "\n".join(blocks("python", page))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    lines = zip_longest(done.stdout.splitlines(), "".join(blocks("text", page)).splitlines())
    assert [pair for pair in lines if not alike(*(line or "" for line in pair))] == []


def test_the_page_on_python_names_all_there_is() -> None:
    from shallow_cli import api

    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    [signatures] = blocks("py", page)
    calls = re.findall(r"^(\w+)\(", signatures, re.MULTILINE)
    assert set(calls) == {name for name in api.__all__ if name.islower()}
    assert all(re.search(rf"\b{name}\b", page) for name in api.__all__)


@pytest.mark.parametrize(
    ("script", "words", "code", "expected"),
    [
        ("pipe.sh", [], 0, "virginica 4"),
        ("gate.sh", ["0.9"], 0, "good enough: ship it"),
        ("gate.sh", ["1.01"], 1, "not good enough: keep the old model"),
        ("gate.sh", ["high"], 2, ""),
        ("seeds.sh", ["configs/moons.yaml", "2"], 0, "0.9"),
    ],
)
def test_examples(script: str, words: list[str], code: int, expected: str, checkout: Path) -> None:
    done = in_shell(f'sh examples/{script} "$@"', checkout, *words)
    assert done.returncode == code, done.stderr
    assert expected in done.stdout
    assert script in {path.name for path in SCRIPTS}


PROJECT = [
    "shallow_cli",
    "tests",
    "mutation",
    "benchmarks",
    "configs",
    "data",
    "docs",
    "examples",
    ".ci",
]


def test_no_file_names_a_registry_or_a_folder_of_a_machine() -> None:
    folders = [path for name in PROJECT for path in (ROOT / name).rglob("*") if path.is_file()]
    files = [*folders, *(path for path in ROOT.glob("*.*") if path.is_file())]
    texts = [path for path in files if path.suffix not in {".pyc", ".npz", ".png"}]
    assert len(texts) > 80
    wrong = re.compile(r"https?://[^\" ]+/(simple|packages)/|index-[u]rl|[^A-Za-z]/(home|root)/")
    for path in texts:
        assert not wrong.search(path.read_text(encoding="utf-8")), path
