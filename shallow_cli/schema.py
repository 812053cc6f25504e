"""The JSON Schema of a config, from the declarations of the keys: for editors that complete."""

from __future__ import annotations

import json

from shallow_cli.config import KEYS
from shallow_cli.keys import Key
from shallow_cli.rules import Schema

DRAFT = "http://json-schema.org/draft-07/schema#"  # which editors of YAML know best


def schema_text() -> str:
    """The schema as JSON."""
    return json.dumps(schema(), indent=1, ensure_ascii=False)


def schema() -> Schema:
    """Every key with its rule and its doc line; what is wrong between keys only we can tell."""
    below = {name.removeprefix("data."): name for name in KEYS if "." in name}
    data = {short: _property(KEYS[name]) for short, name in below.items()}
    others = {name: _property(key) for name, key in KEYS.items() if "." not in name}
    source = [{"required": ["csv"]}, {"required": ["generate"]}]
    rows = {"description": "where the rows come from, and what is made of their columns"}
    return {
        "$schema": DRAFT,
        "title": "The config of a training with shallow",
        **_closed({"data": {**rows, **_closed(data), "oneOf": source}, **others}),
        "required": ["data"],
    }


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _property(key: Key) -> Schema:
    return {"description": f"{key.says}\ndefault: {key.default}", **key.rule.schema}
