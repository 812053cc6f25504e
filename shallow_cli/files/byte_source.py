"""The bytes of a file or of standard input: counted as they are read, and uncompressed."""

from __future__ import annotations

import bz2
import contextlib
import hashlib
import itertools
import lzma
import sys
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from shallow_cli.errors import DataError, Problem

CHUNK = 256 * 1024
STDIN = "standard input"
ZIP = b"PK\x03\x04"


class Sum(Protocol):
    """What hashlib's objects can do."""

    def update(self, data: bytes, /) -> None:
        """Count more bytes in."""

    def hexdigest(self) -> str:
        """The sum as text."""


@dataclass
class Fingerprint:
    """The SHA-256 and the number of the raw bytes read so far, compressed as they are."""

    sums: list[Sum] = field(default_factory=list)  # of the files, one after the other
    bytes_read: int = 0

    def begin(self) -> None:
        """What comes now is another file."""
        self.sums.append(hashlib.sha256())

    def update(self, data: bytes) -> None:
        """Count more bytes in."""
        self.sums[-1].update(data)
        self.bytes_read += len(data)

    def hexdigest(self) -> str:
        """The SHA-256 of the file, or of several."""
        return joined_sha256([each.hexdigest() for each in self.sums])


def joined_sha256(found: Sequence[str]) -> str:
    """The SHA-256 of one file as it is; of several that of theirs, so that each can be summed
    by somebody else.
    """
    return found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()


def source_name(path: Path) -> str:
    """What messages call a file."""
    return STDIN if str(path) == "-" else str(path)


@contextlib.contextmanager
def raw_bytes(path: Path, fingerprint: Fingerprint) -> Iterator[Iterator[bytes]]:
    """The bytes as they are stored, each counted once; `-` is standard input.

    Reading them once and only once makes pipes, and files that are being written, honest.

    Raises:
        DataError: now or while they are read, if the file cannot be read.
    """
    name = source_name(path)
    fingerprint.begin()
    if name != str(path):
        if sys.stdin is None:
            raise DataError(Problem("closed; name a file", name))
        yield _counted(sys.stdin.buffer, name, fingerprint)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise unreadable(error, name) from error
    with file:
        yield _counted(file, name, fingerprint)


def unreadable(error: OSError, name: str) -> DataError:
    """The error for what the system says about a file."""
    return DataError(Problem(f"cannot be read: {error.strerror or error}", name))


def _counted(file: BinaryIO, name: str, fingerprint: Fingerprint) -> Iterator[bytes]:
    """What is there, up to a chunk at a time: who writes slowly is answered at once."""
    try:
        while chunk := file.read1(CHUNK):  # type: ignore[attr-defined]
            fingerprint.update(chunk)
            yield chunk
    except OSError as error:
        raise unreadable(error, name) from error


def with_head(chunks: Iterator[bytes], marks: Collection[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, enough to tell whether one of the marks stands there, and all the bytes.

    No more is read than that takes. Empty chunks, as decoders give them, are none.
    """
    chunks = filter(None, chunks)
    head = next(chunks, b"")
    while any(len(head) < len(mark) and mark.startswith(head) for mark in marks):
        more = next(chunks, b"")
        if not more:
            break
        head += more
    return head, itertools.chain([head], chunks)


def plain_bytes(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The bytes without their compression, which the first of them tell, not the name.

    Raises:
        DataError: now, if it is a zip file; while they are read, if the compression is damaged.
    """
    head, chunks = with_head(chunks, [ZIP, *_UNPACK])
    refuse_zip(head, name)
    for mark, unpack in _UNPACK.items():
        if head.startswith(mark):
            return _unpacked(unpack, chunks, name)
    return chunks


def refuse_zip(head: bytes, name: str) -> None:
    """Refuse what starts as a zip file does: a model, perhaps."""
    if head.startswith(ZIP):
        raise DataError(Problem("a model or another zip file, not a CSV", name))


def _unpacked(
    unpack: Callable[[Iterator[bytes]], Iterator[bytes]], chunks: Iterator[bytes], name: str
) -> Iterator[bytes]:
    try:
        yield from unpack(chunks)
    except (OSError, EOFError, MemoryError, zlib.error, lzma.LZMAError) as error:
        what = f"damaged or cut short: {error}; copy or compress it again"
        raise DataError(Problem(what, name)) from error


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        rest = chunk
        while rest:
            if member.eof:
                rest = rest.lstrip(b"\0")  # padding, as tapes have it
                member = zlib.decompressobj(wbits=31) if rest else member
                if not rest:
                    break
            yield member.decompress(rest, CHUNK)
            rest = member.unconsumed_tail or member.unused_data
    yield member.flush()
    if not member.eof:
        raise EOFError("the end is missing")


def _decompress(
    new: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor], chunks: Iterator[bytes]
) -> Iterator[bytes]:
    member = new()
    for chunk in chunks:
        rest = chunk
        while rest or not (member.needs_input or member.eof):
            if member.eof:
                rest = rest.lstrip(b"\0")
                member = new() if rest else member
                if not rest:
                    break
            yield member.decompress(rest, CHUNK)
            rest = member.unused_data
    if not member.eof:
        raise EOFError("the end is missing")


def _bunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return _decompress(bz2.BZ2Decompressor, chunks)


def _unxz(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return _decompress(lzma.LZMADecompressor, chunks)


# A CSV may well start with BZh; what follows in a bz2 file is the start of a block, or the end.
_UNPACK: dict[bytes, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    b"\x1f\x8b": _gunzip,
    b"\xfd7zXZ\0": _unxz,
    **{
        b"BZh%d%s" % (level, mark): _bunzip
        for level in range(1, 10)
        for mark in (b"1AY&SY", b"\x17rE8P\x90")
    },
}
