"""What the keys about files, formats and columns may hold."""

from __future__ import annotations

from pathlib import Path

from shallow_cli.rules import (
    ANY_TEXT,
    Refused,
    Rule,
    Scalar,
    Schema,
    Value,
    choice,
    listed,
    none,
    number,
    one_scalar,
)

PATH: Schema = {"type": "string", "minLength": 1}


def delimiter() -> Rule:
    """One character, or the word tab."""

    def read(value: Value) -> str:
        found = one_scalar(value).text
        if found == "tab":
            return "\t"
        if len(found) != 1 or found in '"\r\n .+-' or found.isalnum() or not found.isascii():
            raise Refused
        return found

    schema = {"enum": ["tab"]}, {"type": "string", "minLength": 1, "maxLength": 1}
    return Rule("one character such as ';', or tab", read, "ab", {"anyOf": list(schema)})


def decimal() -> Rule:
    """A point or a comma."""
    signs = choice((".", ","))
    return Rule("'.' or ','", signs.read, signs.bad, signs.schema)


def encoding() -> Rule:
    """The name of a text encoding that Python knows."""

    def read(value: Value) -> str:
        name = one_scalar(value).text
        try:
            "a".encode(name)
        except (LookupError, UnicodeError, ValueError):
            raise Refused from None
        return name

    says = "an encoding such as utf-8, cp1252 or utf-16"
    return Rule(says, read, "no-such-encoding", {"type": "string"})


def weights() -> Rule:
    """Numbers from 0 up by name, not all of them 0."""
    one = number("a number from 0 up", bad="-1", minimum=0)

    def read(value: Value) -> dict[str, float]:
        if not isinstance(value, dict) or not value:
            raise Refused
        found = {name: one.read(scalar) for name, scalar in value.items()}
        if not any(found.values()):
            raise Refused("and one of them above 0")
        return found

    says = "a number from 0 up for each class, as in {a: 1, b: 2.5}"
    schema = {"type": "object", "additionalProperties": one.schema, "minProperties": 1}
    return Rule(says, read, "{a: -1}", schema)


def words() -> Rule:
    """One or more words; nothing at all is always one of them."""

    def read(value: Value) -> tuple[str, ...]:
        if isinstance(value, dict):
            raise Refused
        found = (value,) if isinstance(value, Scalar) else value
        return tuple(dict.fromkeys(["", *(scalar.text.strip() for scalar in found)]))

    schema = {"type": [*ANY_TEXT["type"], "null"]}  # an empty word is a word as well
    return Rule("a word or a list of words", read, "{a: 1}", listed(schema))


def columns() -> Rule:
    """The names of one or more columns."""

    def read(value: Value) -> tuple[str, ...]:
        if isinstance(value, dict):
            raise Refused
        names = (value,) if isinstance(value, Scalar) else value
        texts = tuple(name.text for name in names)
        if not texts or not all(texts):
            raise Refused
        repeated = sorted({text for text in texts if texts.count(text) > 1})
        if repeated:
            raise Refused(f"'{repeated[0]}' is there twice")
        return texts

    return Rule("the name of a column or a list of names", read, "[]", listed(ANY_TEXT))


def path() -> Rule:
    """The path of a file, relative to the config, or - for standard input."""

    def read(value: Value) -> Path:
        scalar = one_scalar(value)
        if not scalar.text or not isinstance(scalar.value, str) or "\0" in scalar.text:
            raise Refused
        if "://" in scalar.text:
            raise Refused("nothing is fetched from the network; download it first")
        return Path("-") if scalar.text == "-" else scalar.folder / scalar.text

    return Rule("the path of a file", read, "''", PATH)


def paths() -> Rule:
    """One or more paths or patterns of paths, or - for standard input."""

    def read(value: Value) -> tuple[Path, ...]:
        if isinstance(value, dict):
            raise Refused
        found = (value,) if isinstance(value, Scalar) else value
        read_paths = tuple(path().read(scalar) for scalar in found)
        if not read_paths:
            raise Refused
        if len(read_paths) > 1 and Path("-") in read_paths:
            raise Refused("standard input is a table of its own")
        return read_paths

    return Rule("the path of a file or a list of them", read, "''", listed(PATH))


def folder() -> Rule:
    """The path of a folder, relative to the config; the word none for none."""
    one, no = path(), none()

    def read(value: Value) -> Path | None:
        try:
            no.read(value)
        except Refused:
            found: Path = one.read(value)
            if str(found) == "-":
                raise Refused from None
            return found
        return None

    return Rule("the path of a folder, or none", read, "'-'", {"anyOf": [no.schema, PATH]})
