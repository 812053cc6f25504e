"""The lecture's claims: every one agrees, and could disagree."""

import dataclasses
import json
from pathlib import Path

import pytest

from shallow_cli.console.course_table import EXPECTED, HERE, MEASURED, expected_text
from shallow_cli.course.claims import CLAIMS, PARTS, Answer, Claim
from shallow_cli.course.figures import Figure
from shallow_cli.course.runs import config_names, config_text
from shallow_cli.files.config_file import load_config
from shallow_cli.fitting import prepare

from .conftest import Shallow, write

QUICK = ("centred", "zeros")


@pytest.fixture(scope="module")
def tried() -> list[Answer]:
    """The answers to all claims."""
    return [Answer(claim, claim.experiment()) for claim in CLAIMS]


def test_every_claim_agrees(tried: list[Answer]) -> None:
    assert [answer.claim.name for answer in tried if not answer.agrees] == []


def test_every_figure_is_measured(tried: list[Answer]) -> None:
    for answer in tried:
        assert len(answer.here) == len(answer.claim.figures)
        assert answer.claim.figures


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    names = [claim.name for claim in CLAIMS]
    assert len(set(names)) == len(names) >= 14
    assert {claim.part for claim in CLAIMS} <= set(PARTS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_a_line_fits_80_columns(claim: object) -> None:
    figures = claim.figures  # type: ignore[attr-defined]
    assert all(len(figure.says) <= MEASURED for figure in figures)
    assert all(len(expected_text(figure)) <= EXPECTED for figure in figures)
    assert 2 + MEASURED + 1 + EXPECTED + 1 + HERE + 2 + len("yes") < 80


@pytest.mark.parametrize(
    ("figure", "agree", "disagree"),
    [
        (Figure("x", 1.0, "equals", 0.1), (0.95, 1.05), (0.85, 1.15, float("nan"))),
        (Figure("x", 1.0, "at least"), (1.0, 2.0), (0.99, float("nan"))),
        (Figure("x", 1.0, "at most"), (1.0, -2.0), (1.01, float("nan"))),
    ],
)
def test_a_figure_holds_or_does_not(
    figure: Figure, agree: tuple[float, ...], disagree: tuple[float, ...]
) -> None:
    assert all(map(figure.holds, agree))
    assert not any(map(figure.holds, disagree))


def test_the_command_tells_each_figure(shallow: Shallow) -> None:
    done = shallow("course", *QUICK)
    assert "1. The outputs of tanh are centred" not in done.out
    assert "4. The outputs of tanh are centred around 0" in done.out
    assert "From zero weights all hidden units stay alike" in done.out
    assert done.out.count("  yes\n") == 5
    assert done.out.splitlines()[-1] == "2 claims, all agree"
    assert done.err == "the commands need the configs: shallow course --write DIR\n"


def test_numbers_are_names_too(shallow: Shallow) -> None:
    number = 1 + [claim.name for claim in CLAIMS].index("centred")
    assert shallow("course", number).out == shallow("course", "centred").out
    assert shallow("course", "centred").out.startswith(f"{number}. ")
    assert shallow("course", number, "centred", number).out == shallow("course", "centred").out


def test_as_json(shallow: Shallow) -> None:
    [centred, zeros] = json.loads(shallow("course", *QUICK, "--json").out)
    assert (centred["name"], centred["agrees"], centred["config"]) == (
        "centred",
        True,
        "activations.yaml",
    )
    assert zeros["figures"][0]["here"] == pytest.approx(0.6931471805599453, abs=1e-12)
    assert set(zeros) == {
        "number", "name", "part", "says", "figures", "agrees", "config", "command",
    }  # fmt: skip


def test_exit_1_where_one_disagrees(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_wrong_figures(claim: Claim) -> Claim:
        return dataclasses.replace(claim, experiment=lambda: len(claim.figures) * (0.3,))

    wrong = tuple(map(with_wrong_figures, CLAIMS))
    monkeypatch.setattr("shallow_cli.course.claims.CLAIMS", wrong)
    done = shallow("course", *QUICK, code=1)
    assert done.out.count("  NO\n") == 5
    assert done.out.splitlines()[-1] == "2 claims; of these disagree: centred, zeros"
    [first, _] = json.loads(shallow("course", *QUICK, "--json", code=1).out)
    assert (first["agrees"], first["figures"][0]["agrees"]) == (False, False)


def test_a_word_that_is_no_claim(shallow: Shallow) -> None:
    done = shallow("course", "zeroes", "99", code=2)
    first, second = done.err.splitlines()
    assert first == "zeroes: no such claim; did you mean 'zeros'?"
    assert second.startswith("99: no such claim; there are 1 to 20, or loop, vectors, ")


def test_configs_are_written_and_train(shallow: Shallow) -> None:
    done = shallow("course", "--write", "lecture")
    assert sorted(done.out.split()) == [f"lecture/{name}.yaml" for name in config_names()]
    for name in config_names():
        prepare(load_config(Path(f"lecture/{name}.yaml"), ["epochs=1"]))
    assert shallow("course", "zeros", "--write", "lecture").out == "lecture/zeros.yaml\n"


def test_what_is_written_is_no_json(shallow: Shallow) -> None:
    done = shallow("course", "--json", "--write", "lecture", code=2)
    assert done.err == "--json: --write tries nothing; take one of the two\n"
    assert shallow("course", "zeros", "--write", "a/b").out == "a/b/zeros.yaml\n"


def test_a_config_that_somebody_has_changed_is_kept(shallow: Shallow) -> None:
    shallow("course", "zeros", "--write", "lecture")
    write(Path("lecture/zeros.yaml"), "mine")
    done = shallow("course", "--write", "lecture", code=2)
    assert done.err.startswith("lecture/zeros.yaml: is there and says something else; ")
    assert Path("lecture/zeros.yaml").read_text(encoding="utf-8") == "mine"
    assert not Path("lecture/flower.yaml").exists()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_config_of_a_claim_is_there(claim: object) -> None:
    name = claim.config  # type: ignore[attr-defined]
    assert config_text(name).startswith("# ")


def test_a_training_that_runs_away_disagrees(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its figures are no numbers, which JSON calls null."""
    text = config_text("flower").replace("init_scale: 0.01", "init_scale: 1e307")
    monkeypatch.setattr("shallow_cli.course.runs.config_text", lambda _name: text)
    names = ("costs", "small-weights", "accuracies")
    for claim in json.loads(shallow("course", *names, "--json", code=1).out):
        assert not claim["agrees"]
        assert None in [figure["here"] for figure in claim["figures"]]


@pytest.mark.parametrize("command", dict.fromkeys(claim.command for claim in CLAIMS))
def test_the_command_of_a_claim_works_with_its_configs(command: str, shallow: Shallow) -> None:
    shallow("course", "--write", ".")
    first, *words = command.split()
    assert first == "shallow"
    shallow(*words)


def test_what_a_config_says_is_to_be_seen_is_seen(shallow: Shallow) -> None:
    shallow("course", "dead", "--write", ".")
    assert "dead units: 8 of 8" in shallow("train", "dead.yaml").err
    assert "dead units" not in shallow("train", "dead.yaml", "--set", "activation=leaky_relu").err
