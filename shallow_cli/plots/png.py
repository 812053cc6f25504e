"""Pixels as a PNG, for pictures within pictures."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from shallow_cli.core.arrays import Array


def png(pixels: Array) -> bytes:
    """The file of pixels (h, w, 3) of whole numbers from 0 to 255. W3C, PNG, section 11."""
    height, width, _ = pixels.shape
    lines = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def data_uri(pixels: Array) -> str:
    """The PNG as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"
