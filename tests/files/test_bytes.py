"""Compression and encodings: whatever the bytes, a table or one line that says what they are."""

import bz2
import codecs
import contextlib
import gzip
import hashlib
import io
import lzma
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shallow_cli.errors import DataError
from shallow_cli.files.table_file import Format, open_table

from .helpers import from_chunks, pieces, read, refusal, stored

# The same examples every time: a change must not turn red by chance.
steady = settings(
    derandomize=True,
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

TABLE = b"a,b,c\n" + b"".join(b"%d,%d.5,%d\n" % (i, i * i, i % 7) for i in range(500))
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def damage(name: str, raw: bytes, folder: Path) -> str:
    return refusal(stored(folder, raw, name))


@pytest.mark.parametrize("how", PACK)
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_compression_is_known_by_its_first_bytes(how: str, name: str, tmp_path: Path) -> None:
    raw = PACK[how](TABLE)
    with open_table([stored(tmp_path, raw, name)]) as table:
        assert sum(len(batch) for batch in table.batches) == 500
        assert table.fingerprint.hexdigest() == hashlib.sha256(raw).hexdigest()
        assert table.fingerprint.bytes_read == len(raw)


@pytest.mark.parametrize("how", PACK)
@pytest.mark.parametrize("padding", [b"", bytes(512)])
def test_several_members_and_padding(how: str, padding: bytes, tmp_path: Path) -> None:
    raw = PACK[how](TABLE[:1000]) + PACK[how](b"") + PACK[how](TABLE[1000:]) + padding
    plain = read(stored(tmp_path, TABLE)).rows
    assert read(stored(tmp_path, raw)).rows == plain
    assert from_chunks(pieces(raw, 7)).rows == plain


@pytest.mark.parametrize("how", PACK)
def test_compressed_standard_input(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PACK[how](TABLE))))
    assert len(read(Path("-")).rows) == 500


@pytest.mark.parametrize("how", PACK)
def test_what_is_compressed_and_cut_short_is_damaged(how: str, tmp_path: Path) -> None:
    raw = PACK[how](TABLE)
    start = "t.csv: damaged or cut short: "
    for end in (len(raw) - 1, len(raw) - 9, len(raw) // 2, 12):
        assert damage("t.csv", raw[:end], tmp_path).startswith(start)
    assert damage("t.csv", raw + b"rest", tmp_path).startswith(start)
    says = damage("t.csv", raw[:-1], tmp_path)
    assert says == f"{start}the end is missing; copy or compress it again"


def test_a_small_file_of_endless_zeros_is_not_unpacked_at_once(tmp_path: Path) -> None:
    raw = b"".join(PACK["bz2"](b"1\n" * 2**22) for _ in range(8))
    path = stored(tmp_path, PACK["bz2"](b"a\n") + raw)
    assert path.stat().st_size < 20_000
    tracemalloc.start()
    with open_table([path]) as table:
        assert sum(len(batch) for batch in table.batches) == 2**25
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6


@pytest.mark.parametrize("table", [b"BZh9,b\n1,2\n", b"PK,b\n1,2\n", b"PAR1,b\n1,2\n", b"A\n1\n"])
def test_a_header_that_only_seems_to_be_something_else(table: bytes, tmp_path: Path) -> None:
    assert read(stored(tmp_path, table)).rows[0][0] == "1"


def test_a_zip_in_a_gz_is_a_zip(tmp_path: Path) -> None:
    assert "zip file" in damage("t.csv", gzip.compress(b"PK\x03\x04.."), tmp_path)


# Encodings.

WORDS = "naïve,b\nöl,1\n€,2\n"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-32", "utf-7", "utf8"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    raw = WORDS.encode(encoding)
    expected = [["öl", "1"], ["€", "2"]]
    assert read(stored(tmp_path, raw), how=Format(encoding=encoding)).rows == expected
    for size in range(1, 12):
        found = from_chunks(pieces(raw, size), Format(encoding=encoding))
        assert (found.header, found.rows) == (("naïve", "b"), expected)


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-8"):
        path = stored(tmp_path, ("\ufeff" + WORDS).encode(encoding))
        for named in (encoding, "utf-8-sig" if encoding == "utf-8" else encoding):
            assert read(path, how=Format(encoding=named)).header == ("naïve", "b")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_byte_order_mark_may_come_piece_by_piece(size: int) -> None:
    text = "\ufeff" + WORDS
    for raw, encoding in [
        (text.encode("utf-16-le"), "utf-16-le"),
        (text.encode("utf-16"), "utf-16"),
        (gzip.compress(text.encode()), "utf-8"),
    ]:
        found = from_chunks(pieces(raw, size), Format(encoding=encoding))
        assert found.header == ("naïve", "b")


def test_the_fingerprint_is_of_the_bytes_as_they_are_stored(tmp_path: Path) -> None:
    raw = WORDS.encode("utf-16")
    with open_table([stored(tmp_path, raw)], Format(encoding="utf-16")) as table:
        list(table.batches)
        assert table.fingerprint.hexdigest() == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize("name", ["klingon", "hex", "rot13", "", "idna\0", "x" * 200])
def test_unknown_encodings(name: str, tmp_path: Path) -> None:
    says = refusal(stored(tmp_path, WORDS), how=Format(encoding=name))
    assert says.startswith(f"data.encoding: no encoding '{name}'; utf-8, cp1252")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            b"a,b\n1,2\n1,M\xfcller\x1b\n1,2\n",
            "t.csv:3: not UTF-8 text; set data.encoding: cp1252, if '1,Müller·' reads right so",
        ),
        (
            b"a,b\r1,\x81\xe9\r",
            "t.csv:2: not UTF-8 text; set data.encoding: latin-1, if '1,·é' reads right so",
        ),
        (
            b"a" * 90 + b"\xe9" + b"b" * 90,
            "t.csv:1: not UTF-8 text; set data.encoding: cp1252, "
            f"if '{'a' * 24}é{'b' * 23}' reads right so",
        ),
        ("a,b\n1,2\n".encode("utf-16"), "t.csv:1: not UTF-8 text; set data.encoding: utf-16"),
        (
            codecs.BOM_UTF16_BE + "a,b\n".encode("utf-16-be"),
            "t.csv:1: not UTF-8 text; set data.encoding: utf-16",
        ),
        ("a,b\n1,2\n".encode("utf-32"), "t.csv:1: not UTF-8 text; set data.encoding: utf-32"),
        ("a,b\n1".encode("utf-16-le"), "t.csv:1: not UTF-8 text; set data.encoding: utf-16-le"),
        ("a,b\n1".encode("utf-16-be"), "t.csv:1: not UTF-8 text; set data.encoding: utf-16-be"),
    ],
)
def test_bytes_that_are_not_utf8(raw: bytes, expected: str, tmp_path: Path) -> None:
    assert refusal(stored(tmp_path, raw)) == expected


def test_bytes_that_are_not_in_the_encoding_named(tmp_path: Path) -> None:
    path = stored(tmp_path, b"a,b\n1,2\n3,\x81\n")
    says = refusal(path, how=Format(encoding="cp1252"))
    assert says == (
        "t.csv:3: not cp1252 text: character maps to <undefined>; "
        "set data.encoding to what it is, utf-8 say"
    )
    path = stored(tmp_path, "a,b\n1,2\n".encode("utf-16")[:-1])
    assert refusal(path, how=Format(encoding="utf-16")).startswith("t.csv:2: not utf-16 text: ")
    path = stored(tmp_path, "a,b\n1,2\n")
    assert "not utf-16 text" in refusal(path, how=Format(encoding="utf-16"))


def test_the_rows_before_what_is_no_text_are_there(tmp_path: Path) -> None:
    path = stored(tmp_path, b"a,b\n1,2\n3,4\n5,\x81\n")
    with open_table([path], Format(encoding="cp1252"), wanted=["a"]) as table:
        assert [next(table.batches).lines[0], next(table.batches).lines[0]] == [2, 3]
        with pytest.raises(DataError, match=r"t.csv:4: not cp1252"):
            next(table.batches)


# Any bytes at all.

Anything = st.one_of(
    st.binary(max_size=60),
    st.text(st.sampled_from('ab,;"\n\r\t|\ufeff 1.e+-\0é'), max_size=40).map(str.encode),
    st.tuples(
        st.sampled_from(
            [b"PAR1\x15", b"ARROW1\0\0", b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\0"]
        ),
        st.binary(max_size=40),
    ).map(b"".join),
)


@steady
@given(Anything, st.sampled_from(["utf-8", "utf-16", "utf-7", "cp1252", "shift_jis", "hz"]))
@example(b"\xff\xfe", "utf-8")
@example(b"+2AA-,a\n", "utf-7")  # half a surrogate pair
def test_any_bytes_are_a_table_or_an_error(tmp_path: Path, raw: bytes, encoding: str) -> None:
    path = stored(tmp_path, raw)
    for wanted in (None, ["a"]):
        with contextlib.suppress(DataError):
            read(path, how=Format(encoding=encoding), wanted=wanted)


@pytest.mark.parametrize("how", PACK)
def test_mutated_compression_is_a_table_or_an_error(
    how: str, tmp_path: Path, stream: np.random.RandomState
) -> None:
    whole = PACK[how](TABLE)
    for _ in range(300):
        raw = bytearray(whole)
        for place in stream.randint(0, len(raw), stream.randint(1, 4)):
            raw[place] = stream.randint(0, 256)
        with contextlib.suppress(DataError):
            read(stored(tmp_path, bytes(raw)))


@steady
@given(Anything.filter(lambda raw: b"\0" not in raw), st.integers(1, 9))
def test_where_blocks_are_cut_does_not_matter(raw: bytes, size: int) -> None:
    def outcome(step: int) -> object:
        try:
            found = from_chunks(pieces(raw, step))
        except DataError as error:
            return str(error)
        return found.header, found.rows, found.places

    assert outcome(size) == outcome(len(raw) or 1)
