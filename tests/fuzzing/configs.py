"""Configs that somebody might have written, and what may have happened to their text since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from shallow_cli.config import KEYS
from shallow_cli.config_text import reference_yaml
from tests.conftest import ROOT

TABLES = ("iris", "wine", "customers")
GENERATED = ("flower", "moons", "spiral", "xor")
SMALL = (
    "data: {generate: moons}\n",
    "data:\n  csv: t.csv\n  validation: 0.3\nepochs: 20\nearly_stopping: 3\n",
    'data: {csv: "t.csv", target: y, class_weight: {a: 1, b: 2}}\n',
    "data:\n  csv: [t.csv, t.csv]\n  features:\n    - a\n    - b\n",
)
# What YAML 1.1, YAML 1.2, people, terminals and attackers mean something by.
TOKENS = (
    *("&a", "*a", "&a *a", "<<: *a", "!!binary x", "!!bool maybe", "!!timestamp foo", "!x", "!"),
    *("!!python/object/apply:os.system [ls]", "!!python/name:os.system", "%YAML 1.1", "%TAG ! x"),
    *("---", "...", "- ", "-", "? ", "?", ":", ": ", "{", "}", "[", "]", "[[", "{{", ",", ", "),
    *("|", ">", "|2", ">-", "'", '"', "''", '"\\x"', '"\\ud800"', "#", " #", "`", "@", "%"),
    *("1e-3", "1E5", "+.5", "5.", "010", "0x1F", "0b1", "1_000", "1:30", "0o7", "-0", "1e400"),
    *("9" * 400, "-1", "0", "0.5", "2", "1e-400", ".inf", "-.inf", ".nan", "nan", "inf", "١٢"),
    *("null", "~", "true", "yes", "no", "on", "2020-13-45", "2020-01-01", "auto", "none", "full"),
    *("\t", "\0", "\x85", "\u2028", "\ufeff", "\r", "\r\n", "\n", "\n\n", " ", "  ", "\x1b[31m"),
    *("\x07", "\u202e", "é", "日本", "🙂", "\ud800", "[bold]x[/bold]", "$(ls)", "../elsewhere.csv"),
    *("data", "data:", "data: ", "data.csv: -", "generate: moons", "epochs: 3", "seed: 1: 2"),
    *("a: &x [1]\nb: *x\n", "[" * 40, "{a: " * 40, "- " * 40, "  - x\n" * 40, "? a\n: b\n"),
)

Change = Callable[[str, Random], str]


def configs() -> Sequence[str]:
    """Those that are shipped, one with every key, and small ones; their table is t.csv."""
    shipped = [
        (ROOT / f"configs/{name}.yaml").read_text(encoding="utf-8").replace(f"../data/{name}", "t")
        for name in (*TABLES, *GENERATED)
    ]
    return (*shipped, reference_yaml(), *SMALL)


def table(number: int) -> Path:
    """The table of a config: any that its keys may be about."""
    return ROOT / "data" / f"{TABLES[number % len(TABLES)]}.csv"


def broken(text: str, random: Random) -> bytes:
    """A config after one to four accidents, and perhaps in another encoding."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        text = random.choice(CHANGES)(text, random)
    raw = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.1:
        raw = random.choice(DAMAGES)(raw, random)
    return raw


def _lines(change: Callable[[list[str], int, Random], None]) -> Change:
    """The change of one line among all."""

    def changed(text: str, random: Random) -> str:
        lines = text.splitlines(keepends=True) or [""]
        change(lines, random.randrange(len(lines)), random)
        return "".join(lines)

    return changed


def _twice(lines: list[str], at: int, random: Random) -> None:
    lines.insert(random.randrange(len(lines) + 1), lines[at])


def _gone(lines: list[str], at: int, _: Random) -> None:
    del lines[at]


def _indented(lines: list[str], at: int, random: Random) -> None:
    lines[at] = random.choice((" ", "  ", "\t", "    ")) + lines[at]


def _outdented(lines: list[str], at: int, _: Random) -> None:
    lines[at] = lines[at].lstrip()


def _another_value(lines: list[str], at: int, random: Random) -> None:
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon} {random.choice(TOKENS)}\n"


def _another_key(lines: list[str], at: int, random: Random) -> None:
    _, colon, value = lines[at].partition(":")
    key = random.choice([*KEYS, *(name.rpartition(".")[2] for name in KEYS)])
    lines[at] = f"{random.choice(('', '  '))}{key}{colon or ': '}{value or random.choice(TOKENS)}\n"


def _plausible(lines: list[str], _: int, random: Random) -> None:
    name = random.choice(list(KEYS))
    key = KEYS[name]
    section, _dot, word = name.rpartition(".")
    line = f"{word}: {random.choice((key.example or key.default, '1', '2', '0.5', '20'))}\n"
    heads = [n for n, other in enumerate(lines) if other.rstrip() == "data:"]
    if not section:
        lines.append(line)
    elif heads:
        lines.insert(heads[0] + 1, f"  {line}")


def _more(lines: list[str], at: int, random: Random) -> None:
    lines.insert(at, f"{random.choice(list(KEYS))}: {random.choice(TOKENS)}\n")


def _token(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(TOKENS) + text[at:]


def _cut(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + text[at + random.randrange(1, 12) :]


def _letter(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return (
        text[:at]
        + chr(random.choice((random.randrange(128), random.randrange(0x2100))))
        + text[at + 1 :]
    )


def _end(text: str, random: Random) -> str:
    return text[: random.randrange(len(text) + 1)]


def _another(text: str, random: Random) -> str:
    return text + random.choice(("", "---\n", "\n")) + random.choice(SMALL)


def _much(text: str, random: Random) -> str:
    return text + random.choice(("#" * 70_000, "\nk: v" * 20_000, " " * 65_536, "[" * 5_000))


LINES = (_twice, _gone, _indented, _outdented, _another_value, _another_key, _more)
CHANGES: Sequence[Change] = (
    *map(_lines, (*LINES, _another_value, *(_plausible,) * 6)),
    *(_token, _token, _cut, _letter, _letter, _end, _another, _much),
)


def _flip(raw: bytes, random: Random) -> bytes:
    if not raw:
        return raw
    changed = bytearray(raw)
    changed[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _as(encoding: str) -> Callable[[bytes, Random], bytes]:
    return lambda raw, _: raw.decode("utf-8", "replace").encode(encoding, "replace")


DAMAGES = (
    *(_flip, _flip, _flip, _as("utf-16"), _as("latin-1"), _as("utf-8-sig")),
    lambda raw, _: raw.replace(b"\n", b"\r\n"),
    lambda raw, _: raw.replace(b"\n", b"\r"),
)
