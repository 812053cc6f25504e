"""Bytes as blocks of whole lines of UTF-8, whatever their encoding was, in bounded memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from shallow_cli.errors import DataError, Problem
from shallow_cli.files.byte_source import CHUNK, refuse_zip, with_head

LONGEST_LINE = 16 * 2**20
LARGEST_BLOCK = 4 * 2**20
FEW_LINES = 64  # what is done once a block should be rare beside its lines
SHOWN = 24  # characters on either side of what cannot be read

_UTF8 = {"utf-8", "utf-8-sig"}
# UTF-32 comes first: its mark starts with that of UTF-16.
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WITHOUT_MARK = {
    re.compile(rb"[^\0]\0[^\0]\0"): "utf-16-le",
    re.compile(rb"\0[^\0]\0[^\0]"): "utf-16-be",
}


class Block(NamedTuple):
    """Whole lines of a file: the number of the first, how many, and their bytes.

    Lines end with \\n, \\r\\n or \\r; the last of a file need not end.
    """

    first: int
    lines: int
    data: bytes


def text_blocks(chunks: Iterator[bytes], name: str, encoding: str) -> Iterator[Block]:
    """The lines that have come so far, block by block; not yet known to be valid UTF-8.

    Raises:
        DataError: now, if there is no such encoding; later, if a line does not end, or the bytes
            are those of a binary file or of another encoding.
    """
    if _codec(encoding) not in _UTF8:
        chunks = _transcoded(chunks, encoding)
    return _blocks(_without_mark(chunks, name), name, encoding)


def text_of(block: Block, name: str) -> str:
    """The text of a block.

    Raises:
        DataError: if it is not UTF-8, with the line and how that would read in another encoding.
    """
    try:
        return block.data.decode()
    except UnicodeDecodeError as error:
        line = block.first + line_ends(block.data[: error.start])
        what = _not_utf8(block.data, error.start)
        raise DataError(Problem(what, f"{name}:{line}")) from error


def line_ends(data: bytes | bytearray) -> int:
    """How many lines end in these bytes."""
    ends = data.count(b"\n")
    return ends + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else ends


def _codec(encoding: str) -> str:
    try:
        "a".encode(encoding)  # unlike lookup, refuses codecs that are not of text
        codecs.getincrementaldecoder(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        text = f"data.encoding: no encoding '{encoding}'; utf-8, cp1252, latin-1 and utf-16 are"
        raise DataError(Problem(text)) from error


def _transcoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes in UTF-8; all that comes before an error, then the UnicodeError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks:
        before = decoder.getstate()
        try:
            text = decoder.decode(chunk).encode()
        except UnicodeError:
            decoder.setstate(before)
            for byte in chunk:
                yield decoder.decode(bytes([byte])).encode()
            raise
        yield text
    yield decoder.decode(b"", final=True).encode()


def _without_mark(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    head, chunks = with_head(chunks, [codecs.BOM_UTF8, *_BYTE_ORDER_MARKS])
    refuse_zip(head, name)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            text = f"not UTF-8 text; set data.encoding: {encoding}"
            raise DataError(Problem(text, f"{name}:1"))
    yield next(chunks, b"").removeprefix(codecs.BOM_UTF8)
    yield from chunks


def _blocks(chunks: Iterator[bytes], name: str, encoding: str) -> Iterator[Block]:
    line, wide, pending = 1, False, bytearray()
    try:
        for chunk in chunks:
            if b"\0" in chunk:
                raise DataError(_binary(bytes(pending[:4]) + chunk, line, name))
            searched = max(len(pending) - 1, 0)
            pending += chunk
            if wide and len(chunk) == CHUNK and len(pending) < LARGEST_BLOCK:
                continue
            if cut := _last_line_end(pending, searched):
                data = bytes(pending[:cut])
                lines = line_ends(data)
                yield Block(line, lines, data)
                line += lines
                wide = cut > lines * CHUNK // FEW_LINES
                del pending[:cut]
            if len(pending) > LONGEST_LINE:
                what = f"a line of more than {LONGEST_LINE // 2**20} MiB; not a CSV?"
                raise DataError(Problem(what, f"{name}:{line}"))
    except UnicodeError as error:
        reason = getattr(error, "reason", error)
        what = f"not {encoding} text: {reason}; set data.encoding to what it is, utf-8 say"
        raise DataError(Problem(what, f"{name}:{line + line_ends(pending)}")) from error
    if pending:
        lines = line_ends(pending) + (pending[-1] not in b"\r\n")
        yield Block(line, lines, bytes(pending))


def _last_line_end(pending: bytearray, searched: int) -> int:
    """Where the last line that is known to be whole ends; a last \\r may be half of \\r\\n."""
    cut = pending.rfind(b"\n", searched) + 1
    return cut or pending.rfind(b"\r", searched, len(pending) - 1) + 1


def _binary(data: bytes, line: int, name: str) -> Problem:
    for pattern, encoding in _WITHOUT_MARK.items():
        if line == 1 and pattern.match(data):
            return Problem(f"not UTF-8 text; set data.encoding: {encoding}", f"{name}:1")
    return Problem("a binary file, not a CSV", name)


def _not_utf8(data: bytes, start: int) -> str:
    try:
        data.decode(encoding := "cp1252")
    except UnicodeDecodeError:
        encoding = "latin-1"
    before = re.split(rb"[\r\n]", data[max(start - SHOWN, 0) : start])[-1]
    after = re.split(rb"[\r\n]", data[start : start + SHOWN])[0]
    shown = "".join(c if c.isprintable() else "·" for c in (before + after).decode(encoding))
    return f"not UTF-8 text; set data.encoding: {encoding}, if '{shown}' reads right so"
