"""Whatever files are called and wherever they are: written whole, or refused in one line."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shallow_cli.cli import run
from shallow_cli.files.model_file import load_model

from .conftest import ROOT, Shallow, forked, run_process, write
from .test_interrupts import endless_training

CONFIG = "data: {csv: iris.csv, validation: 0.2}\nhidden_units: 3\nepochs: 4\n"
NOBODY = 65534

NAMES = {
    "space": "a b",
    "newline": "two\nlines",
    "tab": "tab\there",
    "umlaut": "größe",
    "characters": "日本語",
    "emoji": "🙂",
    "combining": "e\u0301",
    "right to left": "\u202eabc",
    "quotes": 'it\'s "so"',
    "markup": "[bold]x[red]",
    "escape": "\x1b[31mred",
    "bell": "\x07",
    "percent": "%s%n{0}",
    "backslash": "a\\b",
    "shell": "$(touch x);*?",
    "dash": "-dash",
    "two dashes": "--output",
    "dot": ".hidden",
    "250 bytes": "x" * 246,
    "no utf-8": "\udcff\udcfe",
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a config and its table."""
    shutil.copy(ROOT / "data/iris.csv", tmp_path)
    write(tmp_path / "c.yaml", CONFIG)
    return tmp_path


@pytest.fixture
def plain(here: Path) -> bytes:
    """The bytes of the model that the config makes."""
    done = run_process("train", "c.yaml", "-q", "-o", "plain.npz", cwd=here)
    assert done.returncode == 0, done.stderr
    return (here / "plain.npz").read_bytes()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.usefixtures("here")
def test_files_may_be_called(name: str, shallow: Shallow) -> None:
    """The model, the config, the table, and what is written of predictions."""
    model, config, table, out = (f"{name}{end}" for end in (".npz", ".yaml", ".csv", ".out"))
    Path("iris.csv").rename(table)
    Path("c.yaml").rename(config)
    words = ["--set", f"data.csv={name_in_yaml(table)}"] if representable(name) else []
    if not words:
        shutil.copy(table, "iris.csv")
    before = files()
    done = shallow("train", *words, "-o", model, "--", config)
    assert f"wrote {printable(model)}: " in done.err
    shallow("predict", "-o", out, "--", model, table)
    assert len(Path(out).read_text().splitlines()) == 151
    shallow("inspect", "--", model)
    assert files() == {*before, model, out}
    Path(model).write_bytes(b"damaged")
    done = shallow("inspect", "--", model, code=3)
    assert done.err == f"{printable(model)}: not a shallow model\n"


def files() -> set[str]:
    return {path.name for path in Path().iterdir()}


def name_in_yaml(name: str) -> str:
    """A text that YAML reads as it stands."""
    escaped = "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in name)
    return f'"{escaped}"'


def representable(name: str) -> bool:
    """Whether a text, and so a config, can hold the name."""
    return not any("\ud800" <= c <= "\udfff" for c in name)


def printable(name: str) -> str:
    """As it is shown: one line that does not steer a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)


def outputs(folder: Path) -> Iterator[tuple[str, Callable[[], object], str]]:
    """Places where no model can go, how they are made, and what is said of them."""
    yield "folder", (folder / "folder").mkdir, "folder: is a folder; name a file"
    yield "missing/m.npz", lambda: None, "missing/m.npz: cannot be written: no folder missing"
    yield "c.yaml/m.npz", lambda: None, "c.yaml/m.npz: cannot be written: no folder c.yaml"
    yield "c.yaml", lambda: None, "c.yaml: is there and not a model; it is not replaced"
    yield "iris.csv", lambda: None, "iris.csv: is there and not a model; it is not replaced"
    yield "loop", lambda: (folder / "loop").symlink_to("loop"), "loop: cannot be written: "
    yield "to_folder", lambda: (folder / "to_folder").symlink_to("."), "to_folder: is a folder"
    yield (
        "astray",
        lambda: (folder / "astray").symlink_to("missing/m.npz"),
        "astray: cannot be written: no folder missing",
    )
    yield "y" * 300, lambda: None, f"{'y' * 300}: cannot be written: File name too long"
    yield "/dev/full", lambda: None, "/dev/full: cannot be written: No space left on device"
    yield "-", lambda: None, "-o -: stdout is the loss table; name a file for the model"


@pytest.mark.parametrize("number", range(len(list(outputs(Path())))))
def test_outputs_that_are_refused(number: int, here: Path, shallow: Shallow) -> None:
    name, make, said = list(outputs(here))[number]
    make()
    before = {path: path.lstat().st_mtime_ns for path in here.iterdir()}
    code = 2 if name in {"c.yaml", "iris.csv", "-"} else 3
    done = shallow("train", "c.yaml", "-q", "-o", name, code=code)
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1
    assert {path: path.lstat().st_mtime_ns for path in here.iterdir()} == before


def test_a_table_whose_name_is_no_utf_8(here: Path, shallow: Shallow) -> None:
    """A pattern finds it; the model has its name spelled out."""
    (here / "tables").mkdir()
    Path("iris.csv").rename("tables/\udcff.csv")
    write(Path("c.yaml"), CONFIG.replace("iris.csv", "tables/*.csv"))
    shallow("train", "c.yaml", "-q")
    assert load_model(Path("model.npz")).sources["training"]["name"] == "\\xff.csv"
    assert "nothing is left" in shallow("train", "c.yaml", "--resume").err


def test_outputs_that_are_links(here: Path, plain: bytes, shallow: Shallow) -> None:
    """They go on pointing to where they point to, also where there is nothing yet."""
    (here / "elsewhere").mkdir()
    for name in ("there", "dangling"):
        Path(name).symlink_to(f"elsewhere/{name}.npz")
    shutil.copy("plain.npz", "elsewhere/there.npz")
    for name in ("there", "dangling"):
        shallow("train", "c.yaml", "-q", "-o", name)
        assert Path(name).is_symlink()
        assert Path(f"elsewhere/{name}.npz").read_bytes() == plain


def test_a_pipe_as_output(plain: bytes, shallow: Shallow) -> None:
    os.mkfifo("pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_bytes()))
    reader.start()
    shallow("train", "c.yaml", "-q", "-o", "pipe")
    reader.join(timeout=30)
    assert read == [plain]
    assert not Path("pipe.ckpt").exists()


def test_dev_null_as_output(here: Path, shallow: Shallow) -> None:
    before = set(here.iterdir())
    shallow("train", "c.yaml", "-q", "-o", "/dev/null")
    assert set(here.iterdir()) == before
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("same", ["iris.csv", "./iris.csv", "link.csv", "plain.npz"])
def test_predictions_do_not_replace_what_they_are_made_from(
    same: str, plain: bytes, shallow: Shallow
) -> None:
    Path("link.csv").symlink_to("iris.csv")
    table = Path("iris.csv").read_bytes()
    done = shallow("predict", "plain.npz", "iris.csv", "-o", same, code=2)
    assert "-o names an input; it is not replaced" in done.err
    assert Path("iris.csv").read_bytes() == table
    assert Path("plain.npz").read_bytes() == plain


@pytest.fixture
def as_nobody(here: Path) -> Iterator[Callable[[list[str]], int]]:
    """Run a command line as somebody who is not root, who may write everywhere."""
    before = {folder: folder.stat().st_mode for folder in (here, *here.parents[:-1])}
    for folder, mode in before.items():
        if os.access(folder, os.W_OK) and not mode & 0o001:
            folder.chmod(mode | 0o011)

    def run_so(words: list[str]) -> int:
        def work() -> int:
            if os.getuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            return run(words)

        return forked(work)

    yield run_so
    for folder, mode in before.items():
        if folder.stat().st_mode != mode:
            folder.chmod(mode)


@pytest.mark.parametrize(("mode", "code"), [(0o555, 3), (0o333, 0), (0o733, 0)])
def test_folders_and_their_permissions(
    mode: int,
    code: int,
    here: Path,
    shallow: Shallow,
    as_nobody: Callable[[list[str]], int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Who may not list a folder may write to it all the same."""
    shallow("train", "c.yaml", "-q", "-o", "before.npz")  # all modules are loaded by then
    capfd.readouterr()
    Path("place").mkdir()
    Path("place").chmod(mode)
    assert as_nobody(["train", "c.yaml", "-q", "-o", "place/m.npz"]) == code
    said = "place/m.npz: cannot be written: no permission in place\n" if code else ""
    assert capfd.readouterr().err == said
    assert (here / "place/m.npz").exists() == (code == 0)


def test_a_current_folder_that_is_gone(here: Path, plain: bytes) -> None:
    gone = here / "gone"
    gone.mkdir()
    script = f"rm -r ../gone; {sys.executable} -m shallow_cli"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    for words, code in ((f"train {here}/c.yaml -q -o {here}/m.npz", 0), ("train c.yaml", 2)):
        gone.mkdir(exist_ok=True)
        command = ["/bin/bash", "-c", f"{script} {words}"]
        done = subprocess.run(command, cwd=gone, env=env, capture_output=True, check=False)
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr
    assert (here / "m.npz").read_bytes() == plain


def test_a_folder_that_vanishes_while_training(here: Path) -> None:
    """One line, and no model anywhere else."""
    (here / "folder").mkdir()
    with endless_training(here, "-o", "folder/m.npz") as process:
        shutil.rmtree(here / "folder")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    said = "cannot be written: No such file or directory"
    assert process.returncode == 3
    assert err.splitlines()[-2:] == [
        f"warning: no checkpoint: folder/m.npz.ckpt: {said}",
        f"folder/m.npz: {said}",
    ]
