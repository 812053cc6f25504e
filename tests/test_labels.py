"""Classes by name: what is the same one, which is positive, and from which probability on."""

import json
from pathlib import Path

import pytest

from shallow_cli.errors import ConfigError
from shallow_cli.files.model_file import load_model
from shallow_cli.tables.labels import class_labels, in_order, positions, spellings, word_keys

from .conftest import Shallow, prepared, write

TABLE = "a,y\n" + "".join(f"{i},{'yes' if i * 5 % 7 > 3 else 'no'}\n" for i in range(20))
TRAIN = "epochs: 40\ninit_scale: 0.5\n"


def binary(shallow: Shallow, positive: str = "'yes'", name: str = "model.npz") -> None:
    """A model of two classes, the given one positive."""
    write(Path("t.csv"), TABLE)
    write(Path("c.yaml"), f"data: {{csv: t.csv, positive: {positive}}}\n{TRAIN}")
    shallow("train", "c.yaml", "-q", "-o", name)


def rows_of(text: str) -> list[tuple[str, float, float]]:
    """Class, and the two probabilities."""
    cells = [line.split(",") for line in text.splitlines()[1:]]
    return [(label, float(p), float(q)) for label, p, q in cells]


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        (["True", "TRUE", "false", "true"], ("false", "True")),
        (["True", "TRUE", "maybe"], ("TRUE", "True", "maybe")),
        (["1", "1.0", "01", "2"], ("1", "2")),
        (["007", "7"], ("007",)),
    ],
)
def test_what_is_the_same_class(cells: list[str], classes: tuple[str, ...]) -> None:
    assert class_labels(cells) == classes


def test_how_a_word_may_be_written() -> None:
    of_any_case, exact = word_keys(["TRUE", ""]), word_keys(["true", "maybe"])
    assert {"true", "TRUE", "tRuE"} < set(spellings("true", of_any_case))
    assert len(set(spellings("false", of_any_case))) == 32
    assert [*spellings("", of_any_case)] == [""]
    assert [*spellings("true", exact), *spellings("maybe", exact)] == ["true", "maybe"]


def test_what_is_the_same_category() -> None:
    """Numbers are names there: 007 is not 7."""
    assert in_order(["7", "007", "7"], word_keys(["7", "007"])) == ("007", "7")
    assert positions(
        ["TRUE", "", "x"], ("False", "true"), word_keys(["False", "true"])
    ).tolist() == [1, -1, -1]


def test_booleans_are_one_class_in_any_letters(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,y\n1,True\n2,FALSE\n3,true\n4,False\n")
    write(Path("c.yaml"), f"data: {{csv: t.csv}}\n{TRAIN}")
    assert "y: binary, 2 classes (FALSE, True)\n" in shallow("train", "c.yaml").err
    write(Path("e.csv"), "a,y\n1,tRUE\n2,false\n")
    assert json.loads(shallow("evaluate", "model.npz", "e.csv", "--json").out)["rows"] == 2


def test_the_positive_class_is_the_second(tmp_path: Path) -> None:
    assert prepared(tmp_path, TABLE).data.columns.classes == ("no", "yes")
    assert prepared(tmp_path, TABLE, "data.positive=no").data.columns.classes == ("yes", "no")
    numbers = "a,y\n1,0\n2,1\n3,1\n4,0\n"
    assert prepared(tmp_path, numbers, "data.positive=0.0").data.columns.classes == ("1", "0")


@pytest.mark.parametrize(
    ("table", "positive", "says"),
    [
        (TABLE, "Yes", "there is no class 'Yes'; did you mean 'yes'?"),
        (TABLE, "maybe", "there is no class 'maybe'; the classes are no, yes"),
        ("a,y\n1,u\n2,v\n3,w\n", "u", "is for two classes, and there are 3"),
        ("a,y\n1,1.5\n2,2.5\n", "u", "a regression has no classes"),
    ],
)
def test_a_positive_class_that_cannot_be(
    table: str, positive: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        prepared(tmp_path, table, f"data.positive={positive}")
    assert str(caught.value) == f"data.positive: {says}"


def test_scores_are_about_the_positive_class(shallow: Shallow) -> None:
    """Its precision and recall by hand, from the counts."""
    for positive in ("'yes'", "'no'"):
        binary(shallow, positive)
        found = json.loads(shallow("evaluate", "model.npz", "t.csv", "--json").out)
        (tn, fp), (fn, tp) = found["confusion"]
        assert tn + fp == TABLE.count("no" if positive == "'yes'" else "yes")
        assert found["recall"] == pytest.approx(tp / (tp + fn))
        assert found["precision"] == pytest.approx(tp / max(tp + fp, 1))
        header = shallow("predict", "model.npz", "t.csv", "--proba").out.splitlines()[0]
        assert header == ("y,p_no,p_yes" if positive == "'yes'" else "y,p_yes,p_no")


def test_the_positive_class_is_told_and_kept(shallow: Shallow) -> None:
    write(Path("t.csv"), TABLE)
    write(Path("c.yaml"), "data: {csv: t.csv, positive: no}\nepochs: 1\n")
    says = "y: binary, 2 classes (yes, no), of which no is the positive one\n"
    assert says in shallow("train", "c.yaml").err
    assert load_model(Path("model.npz")).columns.classes == ("yes", "no")


def test_a_threshold_moves_the_decision_strictly(shallow: Shallow) -> None:
    """Of a probability that is exactly the threshold the positive class is not meant."""
    binary(shallow)
    plain = rows_of(shallow("predict", "model.npz", "t.csv", "--proba").out)
    threshold = sorted(q for _, _, q in plain)[12]
    words = ["model.npz", "t.csv", "--threshold", repr(threshold)]
    moved = rows_of(shallow("predict", *words, "--proba").out)
    assert [row[1:] for row in moved] == [row[1:] for row in plain]
    assert [label for label, *_ in moved] == ["yes" if q > threshold else "no" for *_, q in plain]
    assert sum(label == "yes" for label, *_ in moved) == 7
    counts = json.loads(shallow("evaluate", *words, "--json").out)["confusion"]
    assert counts[0][1] + counts[1][1] == 7


@pytest.mark.parametrize(("threshold", "label"), [("0", "yes"), ("1", "no")])
def test_the_ends_of_the_threshold(threshold: str, label: str, shallow: Shallow) -> None:
    binary(shallow)
    found = shallow("predict", "model.npz", "t.csv", "--threshold", threshold).out
    assert set(found.splitlines()[1:]) == {label}


@pytest.mark.parametrize("target", ["uvw", ["1.5", "2", "2.25"]], ids=["classes", "numbers"])
@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_threshold_is_for_two_classes(command: str, target: list[str], shallow: Shallow) -> None:
    write(Path("t.csv"), "a,y\n" + "".join(f"{i},{y}\n" for i, y in enumerate(target)))
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 1\n")
    shallow("train", "c.yaml", "-q")
    done = shallow(command, "model.npz", "t.csv", "--threshold", "0.4", code=2)
    assert "--threshold is for two classes; this model " in done.err
    assert done.out == ""


def test_several_targets_are_a_regression(shallow: Shallow) -> None:
    """Each in its own units, and its own column."""
    rows = "".join(f"{i},{i % 3},{1000 + i},{i / 8}\n" for i in range(12))
    write(Path("t.csv"), f"a,b,y,z\n{rows}")
    write(Path("c.yaml"), f"data: {{csv: t.csv, target: [y, z]}}\n{TRAIN}")
    assert shallow("train", "c.yaml").err.startswith("y, z: regression\n")
    header, first, *_ = shallow("predict", "model.npz", "t.csv").out.splitlines()
    y, z = map(float, first.split(","))
    assert header == "y,z"
    assert 950 < y < 1050
    assert -1 < z < 3


def test_of_several_targets_none_is_of_words(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,y,z\n1,2,u\n2,3,v\n")
    write(Path("c.yaml"), "data: {csv: t.csv, target: [y, z]}\n")
    assert shallow("train", "c.yaml", code=3).err == (
        "t.csv:2: z: 'u' is not a number (2 such cells: 'u' on line 2, 'v' on line 3); if it means "
        "missing, list it in data.missing_values; to learn classes, name one target, "
        "without data.task: regression\n"
    )


def test_a_positive_class_of_generated_data_is_measured_as_it_was_trained(
    shallow: Shallow,
) -> None:
    write(Path("c.yaml"), "data: {generate: moons, positive: '0'}\nepochs: 300\nlearning_rate: 1\n")
    trained = float(shallow("train", "c.yaml", "-q").out.split()[-1])
    found = json.loads(shallow("evaluate", "--json").out)
    assert found["accuracy"] == trained > 0.8
    assert found["auc"] > 0.9
    done = shallow("evaluate", "--set", "data.generate=spiral", code=3)
    assert done.err == "spiral: y: '2' is not one of the classes 1, 0\n"


def test_a_class_of_dropped_rows_only_is_none(shallow: Shallow) -> None:
    rows = "".join(f"{i % 7},{'ab'[i % 2]}\n" for i in range(40))
    write(Path("t.csv"), f"x,y\n{rows},c\n")
    write(Path("c.yaml"), "data: {csv: t.csv, missing: drop}\nepochs: 1\n")
    assert shallow("train", "c.yaml").err.startswith("y: binary, 2 classes (a, b)\n")


def test_more_numbers_than_there_may_be_classes(shallow: Shallow) -> None:
    rows = "".join(f"{i % 7},{i % 1200}\n" for i in range(2400))
    write(Path("t.csv"), f"x,y\n{rows}")
    write(Path("c.yaml"), "data: {csv: t.csv, task: multiclass}\nepochs: 1\n")
    assert "y: more than 1000 different values" in shallow("train", "c.yaml", code=3).err
