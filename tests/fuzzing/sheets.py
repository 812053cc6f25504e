"""Tables that somebody might have written, and what may have happened to their files since."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from .plain_reader import MARKS, Writing, number

Rows = list[list[str]]

LONGEST_CELL = 131_072  # that csv takes
FILLINGS = (b"1" * LONGEST_CELL, b"x" * (LONGEST_CELL - 1))

NUMBERS = (
    *("0", "1", "2", "3", "-1", "0.5", "3.25", "-0", "+.5", "5.", "1e5", "1E-3", "007", "-7.5e+2"),
    *("1e-400", "123456789012345678901234567890", "0.1", "1e149", "9007199254740993", "2 ", " 4"),
    *("0.30000000000000004", "2.2250738585072014e-308", "4.9406564584124654e-324"),
)
ODD_NUMBERS = (
    *(
        "1_000",
        "inf",
        "-inf",
        "nan",
        "NaN",
        "infinity",
        "1e999",
        "-1e150",
        "0x10",
        "0b1",
        "١٢",
        "１",
    ),
    *("1,5", "1.5", "1.000,5", "1,000.5", "1 000", "1e", "--1", "+", "-", ".", "e5", "1e+", "½"),
    *("1.2.3", "1e5.0", "+-1", "1e99999999999999999999", "0e99999999999999999999", "12 %", "$5"),
)
WORDS = (
    *("red", "green", "blue", "é", "naïve", "日本", "🙂", "a b", "x,y", "x;y", "x|y", "tab\there"),
    *('say "hi"', '"', '""', "'", "two\nlines", "cr\rhere", "crlf\r\nhere", "\n", "=1+1", "#no"),
    *(" lead", "trail ", "\u00a0hard", "\ufeffmark", "\u2028", "\x85", "\x0b", "\x1c", "\x1b[31m"),
    *("[bold]x[/bold]", "%s", "{0}", "\\n", "\\", "e\u0301", "\u202eabc", "ß", "İ", "\U0010ffff"),
)
BOOLEANS = ("true", "false", "True", "FALSE", "yes", "no")
DATES = ("2024-01-31", "2024-02-01T10:00:00", "01/02/2024", "31.1.24", "12:30", "2024-01-31 Z")
MISSING = ("", "NA", "?", "null", "None", "-", "n/a", "nan", "999")
ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
KINDS: Sequence[st.SearchStrategy[str]] = (
    st.sampled_from(("0", "1", "2")),
    st.sampled_from(NUMBERS),
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from((*NUMBERS[:12], *MISSING)),
    st.sampled_from((*NUMBERS[:12], *ODD_NUMBERS)),
    st.sampled_from(WORDS[:3]),
    st.sampled_from(WORDS),
    st.sampled_from(BOOLEANS),
    st.sampled_from(DATES),
    st.sampled_from((*NUMBERS, *ODD_NUMBERS, *WORDS, *BOOLEANS, *DATES, *MISSING)),
    ANY_TEXT,
)
PLAIN_NUMBERS = KINDS[:5]
NAMES = (
    *("a", "b", "y", "id", "x1", "target", "naïve", "日本", "a b", "a.b", "[red]", "2", "1e5", "-"),
    *("x,y", "x;y", 'q"q', "two\nlines", "true", "c1", " pad ", "#", "é", "\ufeff", "\x1b[1m", "'"),
)
PIECES = (
    *(b'"', b'""', b'"\n', b"\n", b"\r", b"\r\n\r\n", b" ", b",", b";", b"\t", b"|", b"1", b"x"),
    *(b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b"e"),
)


BAD_NAMES = ("", " ", "1", "a", "a")
ENDS = ("\n", "\n", "\r\n", "\r")
QUOTED = {
    "where it must be": lambda _: False,
    "all": lambda _: True,
    "words": lambda cell: number(cell) is None,
    "numbers": lambda cell: number(cell) is not None,
}  # type: dict[str, Callable[[str], bool]]


@dataclass(frozen=True)
class Sheet:
    """The bytes of a file, how a command is told to read them, and how many at a time (0: all).

    `rows`, the header among them, are what was written; None where it need not be read back.
    """

    raw: bytes
    how: Writing
    rows: Rows | None
    pieces: int = 0

    def _repr_pretty_(self, printer: RepresentationPrinter, _: bool) -> None:
        """How Hypothesis shows it: endless cells cut short."""
        raw = re.sub(rb"([1x])\1{99,}", lambda run: b"<%d %s>" % (len(run[0]), run[1]), self.raw)
        printer.text(f"Sheet({raw!r}, {self.how}, {self.rows}, pieces={self.pieces})")

    @property
    def settings(self) -> list[str]:
        """What tells a command how the table is written."""
        said = {
            "delimiter": self.how.delimiter,
            "decimal": self.how.decimal,
            "encoding": self.how.encoding,
        }
        return [f"--set=data.{key}={json.dumps(value)}" for key, value in said.items() if value]


@st.composite
def any_sheets(draw: st.DrawFn) -> Sheet:
    """Tables of any columns, one in ten with a header that is none."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    pool = NAMES if draw(st.integers(0, 9)) else BAD_NAMES
    unique = pool is NAMES
    names = draw(
        st.lists(st.sampled_from(pool), min_size=len(kinds), max_size=len(kinds), unique=unique)
    )
    rows = draw(_rows(kinds))
    header = draw(st.integers(0, 9)) > 0
    return draw(_files([names, *map(list, rows)], header=header))


@st.composite
def sheets_to_predict(draw: st.DrawFn) -> Sheet:
    """Tables with a column a, mostly of numbers, and b, of words, among others in any order."""
    kinds = {
        "a": draw(st.sampled_from((*PLAIN_NUMBERS, *PLAIN_NUMBERS, *KINDS))),
        "b": draw(st.sampled_from((KINDS[0], KINDS[6], KINDS[7], KINDS[10], ANY_TEXT))),
        "id": draw(st.sampled_from(KINDS)),
        draw(st.sampled_from(NAMES[4:])): draw(st.sampled_from(KINDS)),
    }
    names = draw(st.permutations(list(kinds)))[: draw(st.sampled_from((4, 4, 4, 3)))]
    rows = draw(_rows([kinds[name] for name in names]))
    return draw(_files([names, *map(list, rows)]))


@st.composite
def _rows(draw: st.DrawFn, kinds: Sequence[st.SearchStrategy[str]]) -> list[tuple[str, ...]]:
    """Of these columns, seldom none at all."""
    fewest = draw(st.sampled_from((3, 1, 5, 0)))
    return draw(st.lists(st.tuples(*kinds), min_size=fewest, max_size=9))


@st.composite
def _files(draw: st.DrawFn, rows: Rows, *, header: bool = True) -> Sheet:
    """A file with these rows, whole or damaged."""
    decimal = draw(st.sampled_from("...,"))
    mark = draw(st.sampled_from([mark for mark in MARKS if mark != decimal]))
    if decimal == ",":
        rows = [rows[0], *([cell.replace(".", ",") for cell in row] for row in rows[1:])]
    text = draw(_texts(rows, mark))
    encoding = draw(st.sampled_from(("utf-8",) * 5 + ("cp1252", "latin-1", "utf-16")))
    try:
        raw = text.encode(encoding)
    except UnicodeEncodeError:
        raw = text.encode(encoding := "utf-8")
    told = mark if draw(st.booleans()) else None
    damages = draw(st.sampled_from((0, 0, 0, 1, 1, 2)))
    for _ in range(damages):
        raw = draw(_damaged(raw))
    raw, whole = draw(_packed(raw))
    how = Writing(told, decimal, encoding, header)
    is_sure = told and whole and not damages and (_is_plain(rows[0]) or not header)
    pieces = draw(st.sampled_from((0, 0, 1, 5, 64))) if len(raw) < LONGEST_CELL else 0
    return Sheet(raw, how, rows if is_sure else None, pieces)


def _is_plain(header: Sequence[str]) -> bool:
    """Whether nobody could doubt that it is a header."""
    names = [name.strip() for name in header]
    letters = any(name[:1].isalpha() for name in names)
    one_cell = len(names) == 1 and not set(names[0]).isdisjoint(MARKS)
    return letters and all(names) and len(set(names)) == len(names) and not one_cell


@st.composite
def _texts(draw: st.DrawFn, rows: Rows, mark: str) -> str:
    """Rows as text: line ends, quotes, blanks behind delimiters, blank lines, a byte order mark."""
    quoted = QUOTED[draw(st.sampled_from(sorted(QUOTED)))]
    end = draw(st.sampled_from(ENDS))
    blank = draw(st.sampled_from(("", "", " ", "  ")))
    gap = end * draw(st.sampled_from((0, 0, 0, 1, 2))) if len(rows[0]) > 1 else ""
    lines = [(mark + blank).join(_field(cell, row, mark, quoted) for cell in row) for row in rows]
    text = gap + (end + gap).join(blank + line for line in lines)
    start = draw(st.sampled_from(("", "", "\ufeff")))
    return start + text + draw(st.sampled_from((end, end, "", end + end)))


def _field(cell: str, row: Sequence[str], mark: str, quoted: Callable[[str], bool]) -> str:
    must = not {mark, '"', "\r", "\n"}.isdisjoint(cell) or cell[:1] == "\ufeff" or row == [""]
    return '"' + cell.replace('"', '""') + '"' if must or quoted(cell) else cell


Damage = Callable[[bytes, int, int], bytes]  # of some bytes, by two places in them

DAMAGES: Sequence[Damage] = (
    *[lambda raw, i, j: raw[:i] + PIECES[j % len(PIECES)] + raw[i:]] * 6,
    *[lambda raw, i, j: raw[:i] + PIECES[j % len(PIECES)] + raw[i + 1 :]] * 2,
    lambda raw, i, j: raw[:i] + raw[i + 1 + j % 5 :],
    lambda raw, i, j: raw[: min(i, j)] + raw[max(i, j) :],
    lambda raw, i, _: raw[:i],
    lambda raw, i, j: raw[:i] + raw[j : j + 1] + raw[i + 1 :],
    lambda raw, i, j: raw[: max(i, j)] + raw[min(i, j) :],
    lambda raw, i, j: raw[: min(i, j)] + raw[min(i, j) : max(i, j)][::-1] + raw[max(i, j) :],
    lambda raw, *_: raw.partition(b"\n")[2],
    lambda raw, *_: raw.partition(b"\n")[0],
    lambda raw, i, j: raw[:i] + FILLINGS[j % 2] + raw[i:],
)


@st.composite
def _damaged(draw: st.DrawFn, raw: bytes) -> bytes:
    places = st.integers(0, len(raw))
    return draw(st.sampled_from(DAMAGES))(raw, draw(places), draw(places))


@st.composite
def _packed(draw: st.DrawFn, raw: bytes) -> tuple[bytes, bool]:
    """The bytes, now and then compressed, and whether they can still be unpacked."""
    if draw(st.integers(0, 11)):
        return raw, True
    packed = gzip.compress(raw, mtime=0)
    how, place = (
        draw(st.sampled_from(["whole", "cut", "flipped"])),
        draw(st.integers(10, len(packed) - 1)),
    )
    if how == "cut":
        return packed[:place], False
    if how == "flipped":
        return packed[:place] + bytes([packed[place] ^ 1]) + packed[place + 1 :], False
    return packed, True
