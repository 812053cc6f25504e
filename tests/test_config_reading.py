"""The text of a config: YAML 1.2 without surprises, and what `--set` adds."""

from pathlib import Path

import pytest

from shallow_cli.errors import ConfigError
from shallow_cli.files.config_file import load_config, read_overrides

from .conftest import write
from .test_config import minimal, problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "data: say what to learn from, with csv or generate below it"),
        ("epochs: 3", "data: say what to learn from, with csv or generate below it"),
        ("data: flower", ":1:1: data: must be a section, with csv or generate below it"),
        ("data: {csv: a, generate: xor}", "data.generate: the data comes from data.csv already"),
        ("data: {generate: gaussian_quantiles, noise: 1}", "gaussian_quantiles takes no noise"),
        ("data: {generate: moons, arms: 2}", "moons has none"),
        ("data: {generate: spiral, arms: 9, samples: 17}", "9 arms need two samples each"),
        ("data: {generate: xor}\nearly_stopping: 5", ":2:1: early_stopping: needs validation rows"),
        ("data: {csv: a, target: b, exclude: b}", "data.exclude: 'b' is the target"),
        ("data: {csv: a, features: [b, b]}", "'b' is there twice"),
        ("data: {csv: a, features: [b], exclude: b}", "'b' is among data.features"),
        ("- a\n- b", "a config is made of lines like `epochs: 100`"),
        ("just words", "a config is made of lines like `epochs: 100`"),
        ("data: {csv: [[a]]}", "data.csv: must be a value or a list of values"),
        ("? [a]\n: b", "a key must be a word"),
        ("a: &x 1\nb: *x", "aliases are not allowed"),
        ("a: !!python/name:os.system x", "tags are not allowed"),
        ("a: !!int 3", "tags are not allowed"),
        ("a: [1, 2", "not valid YAML: "),
        ("a:\n\tb: 1", "not valid YAML: "),
        ("[" * 1000, "nested too deeply"),
        ("a: 1\n---\nb: 2", "not valid YAML: "),
        ("a: \x07", "not valid YAML: "),
        ("#" * 70_000, "larger than 64 KiB: not a config"),
    ],
    ids=lambda text: text[:30].replace("\n", " ") if text else "empty",
)
def test_a_config_that_is_wrong_as_a_whole(text: str, expected: str, tmp_path: Path) -> None:
    path = write(tmp_path / "c.yaml", text)
    assert any(expected in line for line in problems(path))
    assert all(line.startswith(str(path)) for line in problems(path))


def test_a_config_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    assert problems(path) == [f"{path}: cannot be read: No such file or directory"]
    path.write_bytes(b"\xff\xfe\x00\x01")
    assert problems(path) == [f"{path}: not UTF-8 text: not a config"]
    assert problems(tmp_path) == [f"{tmp_path}: cannot be read: Is a directory"]


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e-3", 0.001), ("1E5", 100000.0), ("+.5", 0.5), ("5.", 5.0), ("010", 10.0)],
)
def test_numbers_are_those_of_yaml_1_2(written: str, value: float, tmp_path: Path) -> None:
    config = load_config(minimal(tmp_path, f"learning_rate: {written}"))
    assert config.learning_rate == value


@pytest.mark.parametrize(
    "written", ["1_000", "1:30", "0x10", "'3'", "yes", ".inf", ".nan", "1e999"]
)
def test_what_only_looks_like_a_number_is_refused(written: str, tmp_path: Path) -> None:
    [line] = problems(minimal(tmp_path, f"learning_rate: {written}"))
    assert line.endswith(f"must be auto, or a number above 0, not '{written.strip(chr(39))}'")


def test_words_are_text_and_so_are_columns_that_look_like_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "c.yaml", "data: {csv: a.csv, target: no, features: [2020, on, 1e3]}")
    config = load_config(path)
    assert config.data.target == ("no",)
    assert config.data.features == ("2020", "on", "1e3")


def test_1e4_epochs_are_a_whole_number(tmp_path: Path) -> None:
    config = load_config(minimal(tmp_path), ["epochs=1e4"])
    assert config.epochs == 10000
    assert type(config.epochs) is int


def test_paths_are_relative_to_the_config_and_after_set_to_the_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "c.yaml", "data: {csv: t.csv}")
    assert load_config(path).data.csv == (tmp_path / "t.csv",)
    assert load_config(path, ["data.csv=t.csv"]).data.csv == (Path("t.csv"),)


def test_the_last_set_counts(tmp_path: Path) -> None:
    assert load_config(minimal(tmp_path), ["epochs=5", "epochs=6"]).epochs == 6


def test_a_word_that_is_no_setting(tmp_path: Path) -> None:
    assert problems(minimal(tmp_path), ["epochs"]) == ["--set: 'epochs' is not KEY=VALUE"]


def test_one_broken_set_does_not_hide_the_others(tmp_path: Path) -> None:
    found = problems(minimal(tmp_path), ["data.csv=[", "foo=1", "bar"])
    assert len(found) == 3
    assert found[0].startswith("--set data.csv:1:2: not valid YAML: ")


def test_a_dash_after_set_is_standard_input(tmp_path: Path) -> None:
    config = load_config(write(tmp_path / "c.yaml", ""), ["data.csv=-"])
    assert config.data.csv == (Path("-"),)


def test_a_bom_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xef\xbb\xbfdata: {generate: xor}\r\nepochs: 7\r\n")
    assert load_config(path).epochs == 7


def test_characters_that_json_writes_in_two_halves_are_one(tmp_path: Path) -> None:
    text = 'data: {csv: t.csv, missing_values: ["\\ud83d\\ude00"]}\n'
    config = load_config(write(tmp_path / "c.yaml", text))
    assert config.data.missing_values == ("", "\U0001f600")


@pytest.mark.parametrize(
    "text", ['data: {csv: "\\ud800"}\n', '"\\ud800": 1\n', "a: ['\\x']\nb: \"\\udc00\"\n"]
)
def test_half_a_character_is_no_text(text: str, tmp_path: Path) -> None:
    path = write(tmp_path / "c.yaml", text)
    with pytest.raises(ConfigError, match=r"c.yaml:\d:\d+: not valid YAML: half a character"):
        load_config(path)


def test_a_name_that_is_no_utf_8_is_not_taken_for_yaml() -> None:
    [problem] = read_overrides(["data.csv=\udcff.csv"])
    assert str(problem) == "--set: data.csv: is no UTF-8 text; of a table, rename it or use a pipe"
