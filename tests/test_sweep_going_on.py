"""How a sweep goes on from its table, and what is not gone on from."""

from pathlib import Path

import pytest

from shallow_cli.files.trial_table import TrialTable

from .conftest import Shallow, write
from .test_cli_sweep import SMALL

HEADER = "hidden_units,seed,epoch,loss,accuracy"


@pytest.fixture
def stopped(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], bytes]:
    """A sweep of six trials, of which two are in its table; and the whole table."""
    write(Path("c.yaml"), SMALL)
    words = ["sweep", "c.yaml", "hidden_units=1,2,3", "--restarts", "2", "--out", "t.csv"]
    words += ["--jobs", "2"]
    shallow(*words)
    whole = Path("t.csv").read_bytes()
    Path("t.csv").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(TrialTable, "finish", lambda _table, _rows: None)
        shallow(*words)
    lines = Path("t.csv").read_bytes().splitlines(keepends=True)
    Path("t.csv").write_bytes(b"".join(lines[:3]))
    return words, whole


def test_the_same_command_goes_on(
    stopped: tuple[list[str], bytes], shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, whole = stopped
    trials: list[int] = []
    original = Path.open

    def counting(path: Path, mode: str = "r", *rest: object, **more: object) -> object:
        trials.extend([1] * (mode == "ab"))
        return original(path, mode, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", counting)
    done = shallow(*words)
    assert len(trials) == 4
    assert done.err.splitlines()[:2] == [
        "2 of 6 trials are in t.csv already",
        "4 trials, 2 at a time",
    ]
    assert len(done.out.splitlines()) == 4
    assert Path("t.csv").read_bytes() == whole
    assert sorted(path.name for path in Path().iterdir()) == ["c.yaml", "t.csv"]


def test_a_row_that_was_cut_is_done_again(
    stopped: tuple[list[str], bytes], shallow: Shallow
) -> None:
    words, whole = stopped
    with Path("t.csv").open("ab") as file:
        file.write(b"2,0,20,0.5")
    shallow(*words)
    assert Path("t.csv").read_bytes() == whole


def test_another_sweep_does_not_go_on(stopped: tuple[list[str], bytes], shallow: Shallow) -> None:
    words, _ = stopped
    before = Path("t.csv").read_bytes()
    done = shallow(*words, "--set", "epochs=30", code=2)
    assert done.err == (
        "t.csv: is the unfinished table of another sweep, by epochs (epochs: 20 there, 30 here). "
        "Name another table, or remove t.csv.sweep to start anew\n"
    )
    write(Path("c.yaml"), SMALL.replace("40", "50"))
    assert "by rows, data.samples (" in shallow(*words, code=2).err
    assert Path("t.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "text", "code", "said"),
    [
        ("t.csv", "a,b\n1,2\n", 3, "t.csv:1: is not as the sweep has left it"),
        (
            "t.csv",
            f"{HEADER}\n1,0,20,0.5,0.5\n1,0\n",
            3,
            "t.csv:3: is not as the sweep has left it",
        ),
        ("t.csv", f"{HEADER}\n{'9' * 200_000}\n", 3, "t.csv:2: is not as the sweep has left it"),
        ("t.csv", f"{HEADER}\n1,0,1e999,0.5,0.5\n", 3, "t.csv: '1,0,1e999,0.5,0.5' is no row"),
        ("t.csv.sweep", "{", 3, "t.csv.sweep: is damaged"),
        ("t.csv.sweep", "[" * 100_000, 3, "t.csv.sweep: is damaged"),
        ("t.csv", f"{HEADER}\n9,0,20,0.5,0.5\n", 3, "t.csv: '9,0,20,0.5,0.5' is no row of this"),
        ("t.csv", f"{HEADER}\n1,0,20,x,0.5\n", 3, "t.csv: '1,0,20,x,0.5' is no row of this"),
        ("t.csv", f"{HEADER}\n1,0,,0.5,0.5\n", 3, "t.csv: '1,0,,0.5,0.5' is no row of this"),
    ],
)
def test_damage_is_told(
    file: str,
    text: str,
    code: int,
    said: str,
    stopped: tuple[list[str], bytes],
    shallow: Shallow,
) -> None:
    words, _ = stopped
    write(Path(file), text)
    assert shallow(*words, code=code).err.startswith(said)
