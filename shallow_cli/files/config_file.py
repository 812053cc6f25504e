"""Configs: YAML without surprises, with the line and column of every key.

Scalars are those of YAML 1.2: `1e-3` is a number and `no` is text. There are no aliases, tags
or repeated keys, and size and depth are bounded.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import yaml

from shallow_cli.config import KEYS, Config
from shallow_cli.errors import ConfigError, Problem
from shallow_cli.resolving import Entry, resolve
from shallow_cli.rules import Plain, Scalar

MOST_BYTES = 64 * 1024
DEEPEST = 10
# After --set they are what they are: YAML would take them for the beginning of something.
PLAIN = ("", "-", ",", "|", ":", "?", "!", "%", "&", "*", "'", '"', ">")
LONGEST_INTEGER = 300  # digits; what is longer fits no number

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Plain] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


def load_config(path: Path, overrides: Sequence[str] = ()) -> Config:
    """The config in a file, or on standard input for `-`, with `--set` words over it.

    Args:
        path: a YAML file; its folder is what its paths are relative to.
        overrides: `KEY=VALUE` words; their paths are relative to the current folder.

    Raises:
        ConfigError: with every problem there is.
    """
    return parse_config(*config_source(path), overrides)


def config_source(path: Path) -> tuple[str, str, Path]:
    """The text of a config, what to call it in problems, and what its paths are relative to.

    Raises:
        ConfigError: if it cannot be read, or is no text.
    """
    name = "standard input" if str(path) == "-" else str(path)
    return _text(path, name), name, Path() if str(path) == "-" else path.parent


def parse_config(
    text: str,
    name: str,
    folder: Path,
    overrides: Sequence[str] = (),
    grid: Sequence[str] = (),
    *,
    places: bool = True,
) -> Config:
    """The config in a text.

    Args:
        text: YAML.
        name: what to call it in problems.
        folder: what its paths are relative to.
        overrides: `KEY=VALUE` words over it.
        grid: more of them, that a sweep has chosen; problems are told of the grid.
        places: whether problems have a line and a column; not of a text that nobody has written.

    Raises:
        ConfigError: with every problem there is.
    """

    def where(node: yaml.Node) -> str:
        return _place(name, node.start_mark) if places else name

    found = [
        *_document(text, name, folder, where),
        *read_overrides(overrides),
        *read_overrides(grid, "grid"),
    ]
    entries = [item for item in found if isinstance(item, Entry)]
    problems = [item for item in found if isinstance(item, Problem)]
    return resolve(entries, name, problems)


def read_overrides(overrides: Sequence[str], option: str = "--set") -> Iterator[Entry | Problem]:
    """The entries that KEY=VALUE words make, and what is wrong with the others."""
    for word in overrides:
        name, equals, text = word.partition("=")
        if not equals or not name:
            yield Problem(f"'{word}' is not KEY=VALUE", option)
            continue
        if not _is_text(text):
            yield Problem(f"{name}: is no UTF-8 text; of a table, rename it or use a pipe", option)
            continue
        if text in PLAIN:
            yield Entry(name, Scalar(text or None, text, option, Path()), option)
            continue
        try:
            node = _compose(text, f"{option} {name}")
        except ConfigError as error:
            yield from error.problems
            continue
        if node is None:  # a comment, or blanks
            yield Entry(name, Scalar(None, "", option, Path()), option)
        else:
            yield _entry(name, node, Path(), option, lambda _: option)


def _text(path: Path, name: str) -> str:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if name != str(path) else _head(path)
    except OSError as error:
        raise ConfigError(Problem(f"cannot be read: {error.strerror}", name)) from error
    if raw.startswith(b"PK\x03\x04"):
        raise ConfigError(Problem("a model or another zip file, not a config", name))
    if len(raw) > MOST_BYTES:
        raise ConfigError(Problem(f"larger than {MOST_BYTES // 1024} KiB: not a config", name))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(Problem("not UTF-8 text: not a config", name)) from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


class _Strict(yaml.SafeLoader):
    """SafeLoader that composes plain nodes only: no tags resolved, no aliases, bounded depth."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tags are not allowed", problem_mark=mark)
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, yaml.ScalarNode):
            try:
                node.value = _with_whole_characters(node.value)
            except UnicodeError:
                text = "half a character (a lone surrogate) is no text"
                raise yaml.MarkedYAMLError(problem=text, problem_mark=mark) from None
        return node


def _compose(text: str, name: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Strict)
    except yaml.MarkedYAMLError as error:
        place = _place(name, error.problem_mark) if error.problem_mark else name
        what = error.problem or "cannot be parsed"
        if what.startswith("sequence entries"):
            what += "; standard input is written '-', in quotes"
        raise ConfigError(Problem(f"not valid YAML: {what}", place)) from error
    except yaml.YAMLError as error:
        what = getattr(error, "reason", "it cannot be parsed")
        raise ConfigError(Problem(f"not valid YAML: {what}", name)) from error


Where = Callable[[yaml.Node], str]


def _document(text: str, name: str, folder: Path, where: Where) -> Iterator[Entry | Problem]:
    node = _compose(text, name)
    if isinstance(node, yaml.MappingNode):
        yield from _entries(node, folder, "", {}, where)
    elif node is not None:
        yield Problem("a config is made of lines like `epochs: 100`", name)


def _entries(
    mapping: yaml.MappingNode, folder: Path, prefix: str, lines: dict[str, int], where: Where
) -> Iterator[Entry | Problem]:
    for key_node, value_node in mapping.value:
        if not isinstance(key_node, yaml.ScalarNode):
            yield Problem("a key must be a word", where(key_node))
            continue
        key = prefix + key_node.value
        if key in lines:
            yield Problem(f"{key}: given twice, first on line {lines[key]}", where(key_node))
            continue
        lines[key] = key_node.start_mark.line + 1
        if isinstance(value_node, yaml.MappingNode) and key not in KEYS:
            yield from _entries(value_node, folder, f"{key}.", lines, where)
        else:
            yield _entry(key, value_node, folder, where(key_node), where)


def _entry(key: str, node: yaml.Node, folder: Path, place: str, where: Where) -> Entry | Problem:
    """An entry for a scalar, or a list or map of scalars; anything else is a problem."""
    if isinstance(node, yaml.ScalarNode):
        return Entry(key, _scalar(node, folder, where), place)
    if isinstance(node, yaml.MappingNode):
        return _map_entry(key, node, folder, place, where)
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    scalars = [item for item in items if isinstance(item, yaml.ScalarNode)]
    if len(scalars) < len(items):
        return Problem(f"{key}: must be a value or a list of values", place)
    return Entry(key, tuple(_scalar(item, folder, where) for item in scalars), place)


def _map_entry(
    key: str, node: yaml.MappingNode, folder: Path, place: str, where: Where
) -> Entry | Problem:
    found = {
        name.value: _scalar(value, folder, where)
        for name, value in node.value
        if isinstance(name, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    }
    if len(found) < len(node.value):
        return Problem(f"{key}: must be names, each once, with a value each", place)
    return Entry(key, found, place)


def _scalar(node: yaml.ScalarNode, folder: Path, where: Where) -> Scalar:
    return Scalar(_plain(node.value, node.style), node.value, where(node), folder)


def _is_text(word: str) -> bool:
    """Whether a word of the command line is UTF-8; other bytes are lone surrogates in it."""
    return not any("\ud800" <= character <= "\udfff" for character in word)


def _with_whole_characters(text: str) -> str:
    """The two halves that JSON writes some characters in (U+D83D U+DE00) are one in YAML.

    Raises:
        UnicodeError: where there is only one half.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def _plain(text: str, style: str | None) -> Plain:
    if style is not None:  # quoted, or a block: text as it stands
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= LONGEST_INTEGER else math.inf
    return float(text) if _FLOAT.fullmatch(text) else text


def _place(name: str, mark: yaml.Mark) -> str:
    return f"{name}:{mark.line + 1}:{mark.column + 1}"
