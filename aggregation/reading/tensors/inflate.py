"""A packed member of a zip archive as a stream, inflated by zlib-ng, which is faster than zlib."""

from __future__ import annotations

import hashlib
import struct
import zipfile
from typing import IO

from zlib_ng import zlib_ng

LOCAL_HEADER = 30
# Where the lengths of the two fields stand that follow the local header.
LENGTHS = slice(26, 30)
RAW_DEFLATE = -15
READ_BYTES = 1 << 18


class Inflated:
    """The content of a deflated member, read in order and checked against its CRC at the end."""

    def __init__(self, file: IO[bytes], info: zipfile.ZipInfo) -> None:
        file.seek(info.header_offset)
        header = file.read(LOCAL_HEADER)
        file.seek(sum(struct.unpack("<HH", header[LENGTHS])), 1)
        self._file = file
        self._info = info
        self._begin = file.tell()
        self._packed_left = info.compress_size
        self._inflater = zlib_ng.decompressobj(RAW_DEFLATE)
        self._crc = 0
        self._place = 0

    def tell(self) -> int:
        """Return how many bytes have been read."""
        return self._place

    def read(self, size: int = -1, /) -> bytes:
        """Read so many bytes, or as many as there are."""
        left = self._info.file_size - self._place
        wanted = left if size < 0 else min(size, left)
        pieces = []
        while wanted > 0:
            packed = self._inflater.unconsumed_tail or self._read_packed()
            piece = self._inflater.decompress(packed, wanted)
            if not piece and (self._inflater.eof or not packed):
                break
            pieces.append(piece)
            wanted -= len(piece)
        content = b"".join(pieces) if len(pieces) != 1 else pieces[0]
        self._crc = zlib_ng.crc32(content, self._crc)
        self._place += len(content)
        if self._place == self._info.file_size and self._crc != self._info.CRC:
            raise zipfile.BadZipFile(f"Bad CRC-32 for file {self._info.filename!r}")
        return content

    def packed(self) -> tuple[int, int, bytes]:
        """Return size and CRC as the archive says them, and a hash of the packed bytes."""
        place = self._file.tell()
        self._file.seek(self._begin)
        content = self._file.read(self._info.compress_size)
        self._file.seek(place)
        return self._info.file_size, self._info.CRC, hashlib.sha256(content).digest()

    def _read_packed(self) -> bytes:
        packed = self._file.read(min(READ_BYTES, self._packed_left))
        self._packed_left -= len(packed)
        return packed
