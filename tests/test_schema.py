"""The JSON Schema says what the rules say, to whoever validates by it."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from shallow_cli.config import KEYS
from shallow_cli.schema import schema

from .conftest import ROOT, Shallow

SCHEMA = ROOT / "docs" / "config.schema.json"
# What a schema cannot say: names that only Python knows, texts that mean something.
BEYOND = {"data.encoding", "data.cache"}


def errors(document: object) -> list[str]:
    """What a validator has against it."""
    validator = jsonschema.Draft7Validator(schema())
    return [error.message for error in validator.iter_errors(document)]


def with_key(name: str, value: object) -> dict[str, object]:
    """A config of generated data and one more key."""
    data: dict[str, object] = {"generate": "spiral"}
    if name == "data.csv":
        data = {}
    if name.startswith("data."):
        data[name.removeprefix("data.")] = value
        return {"data": data}
    return {"data": data, name: value}


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


def test_the_page_has_it(shallow: Shallow) -> None:
    printed = shallow("init", "--schema").out
    assert json.loads(printed) == schema()
    assert SCHEMA.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_configs_name_it_and_hold_by_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.split("\n", 1)[0]
    assert first == "# yaml-language-server: $schema=../docs/config.schema.json"
    assert errors(yaml.safe_load(text)) == []


def test_the_reference_config_holds_by_it(shallow: Shallow) -> None:
    assert errors(yaml.safe_load(shallow("init").out)) == []


@pytest.mark.parametrize("name", KEYS)
def test_a_value_of_each_key_passes_and_one_that_breaks_its_rule_does_not(name: str) -> None:
    key = KEYS[name]
    good = yaml.safe_load(key.example or key.default)
    assert errors(with_key(name, good)) == []
    if name not in BEYOND:
        assert errors(with_key(name, yaml.safe_load(key.rule.bad)))


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key.rule.choices])
def test_every_word_of_a_choice_passes(name: str) -> None:
    assert [errors(with_key(name, word)) for word in KEYS[name].rule.choices] == [
        [] for _ in KEYS[name].rule.choices
    ]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"data": {}},
        {"data": {"csv": "a.csv", "generate": "moons"}},
        {"data": {"generate": "moons"}, "hiden_units": 3},
        {"data": {"generate": "moons", "targt": "y"}},
    ],
    ids=["nothing", "no rows", "two sources", "unknown key", "unknown key of data"],
)
def test_what_is_no_config_does_not_pass(document: object) -> None:
    assert errors(document)


def test_the_schema_takes_no_table(shallow: Shallow) -> None:
    done = shallow("init", "--schema", "data.csv", code=2)
    assert done.err == "--schema is the same for all; leave DATA and --set out\n"
