"""`shallow predict` in pipes and into files: the same bytes, at once, and whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from .conftest import ROOT, Shallow, run_process, write
from .test_cli_predict import COLUMNS, FLOWER, IRIS


def test_an_output_file_is_whole_or_not_there(shallow: Shallow, iris_model: Path) -> None:
    shallow("predict", iris_model, IRIS, "-o", "out.csv")
    assert Path("out.csv").read_text() == shallow("predict", iris_model, IRIS).out
    before = Path("out.csv").read_bytes()
    write(Path("t.csv"), f"{COLUMNS}\n{FLOWER}\n5.1,x,1.4,0.2\n")
    shallow("predict", iris_model, "t.csv", "-o", "out.csv", code=3)
    assert Path("out.csv").read_bytes() == before
    assert sorted(path.name for path in Path().iterdir()) == ["out.csv", "t.csv"]


def predict_bytes(model: Path, table: str, env: dict[str, str]) -> list[bytes]:
    """The predicted lines for a table on standard input, in a process of its own."""
    done = run_process("predict", model, "-", "--proba", cwd=ROOT, stdin=table, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.splitlines()[1:]


@pytest.mark.parametrize("core", ["", "Haswell"])
def test_a_row_has_the_same_bytes_wherever_it_stands(core: str, iris_model: Path) -> None:
    env = {"OPENBLAS_CORETYPE": core} if core else {}
    header, *lines = IRIS.read_text().splitlines()

    def predicted(rows: list[str]) -> list[bytes]:
        return predict_bytes(iris_model, "\n".join([header, *rows]) + "\n", env)

    whole = predicted(lines * 9)
    assert predicted((lines * 9)[::-1]) == whole[::-1]
    for row in (0, 77, 149):
        assert predicted([lines[row]]) == [whole[row]]


def test_the_first_answers_come_before_the_input_ends(iris_model: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "shallow_cli", "predict", str(iris_model), "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{COLUMNS}\n{FLOWER}\n{FLOWER}\n{FLOWER}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline() == b"species\n"
        assert process.stdout.readline() == b"setosa\n"
        process.stdin.close()
        assert process.stdout.read() == b"setosa\nsetosa\n"
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 0


def piped(command: Sequence[str], stdin: bytes, cwd: Path) -> tuple[bytes, bytes, str]:
    """Output, errors and the exit codes of a pipe in bash."""
    script = " | ".join(command) + '; echo "${PIPESTATUS[@]}" >&2'
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        input=stdin,
        cwd=cwd,
        capture_output=True,
        check=True,
        timeout=120,
    )
    *errors, codes = done.stderr.decode().splitlines()
    return done.stdout, "\n".join(errors).encode(), codes


def test_a_hundred_thousand_rows_into_head(iris_model: Path, tmp_path: Path) -> None:
    table = f"{COLUMNS}\n" + f"{FLOWER}\n" * 100_000
    shallow = f"{sys.executable} -m shallow_cli"
    out, err, codes = piped(
        [f"{shallow} predict {iris_model} -", "head -n 3"], table.encode(), tmp_path
    )
    assert out == b"species\nsetosa\nsetosa\n"
    assert err == b""
    assert codes == "141 0"


def test_a_full_disk_behind_stdout_is_said(iris_model: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "shallow_cli", "predict", str(iris_model), str(IRIS)],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            env=dict(os.environ),
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == b"standard output: cannot be written: No space left on device\n"


def test_a_device_as_output_is_written_to(iris_model: Path, tmp_path: Path) -> None:
    out = run_process("predict", iris_model, IRIS, "-o", "/dev/stdout", cwd=tmp_path).stdout
    assert out == run_process("predict", iris_model, IRIS, cwd=tmp_path).stdout


def test_names_beyond_ascii_survive_any_locale(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", "größe,y\n1,naïve\n2,日本\n" * 1 + "1,naïve\n2,日本\n" * 3)
    write(tmp_path / "c.yaml", "data: {csv: t.csv}\nepochs: 200\nlearning_rate: 1\n")
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    assert run_process("train", "c.yaml", cwd=tmp_path, env=env).returncode == 0
    done = run_process("predict", "model.npz", "t.csv", cwd=tmp_path, env=env)
    assert done.returncode == 0
    assert done.stdout.decode("utf-8").splitlines()[:3] == ["y", "naïve", "日本"]


def test_termination_leaves_no_temporary_file(iris_model: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "shallow_cli", "predict", str(iris_model), "-", "-o", "out.csv"]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(f"{COLUMNS}\n{FLOWER}\n".encode())
        process.stdin.flush()
        for _ in range(500):
            if list(tmp_path.iterdir()):
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
    assert list(tmp_path.iterdir()) == []
