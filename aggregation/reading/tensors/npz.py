"""Arrays in .npz files, read as a stream and trusted only as far as they have been checked."""

from __future__ import annotations

import math
import os
import sys
import zipfile
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ...errors import BriefError, VoteError, naming
from .tensor import refuse_two_answers, vote_cells

CHUNK_BYTES = 1 << 20
# What may be held in memory at once; the largest array that is read whole has 2 MB.
MOST_BYTES = 1 << 29
# Deflate cannot pack better than this: a member that claims more is a forgery.
MOST_PACKED = 1032
# Halves of characters, which stand for nothing alone.
SURROGATES = (0xD800, 0xDFFF)
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Stream(Protocol):
    """What is asked of a member's content."""

    def read(self, size: int = -1, /) -> bytes:
        """Read so many bytes, or as many as there are."""

    def tell(self) -> int:
        """Return how many bytes have been read."""


@dataclass(frozen=True)
class Member:
    """One array in an archive: its header, checked, and the stream behind it."""

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    stream: Stream
    error: type[BriefError]

    def fail(self, message: str) -> BriefError:
        """Return an error that names the file and the array."""
        return self.error(f"{self.path}: {self.name}: {message}")

    def chunks(self, row_items: int = 1) -> Iterator[NDArray[Any]]:
        """Yield the array flat, about a megabyte at a time, in rows of `row_items` entries."""
        row_bytes = row_items * self.dtype.itemsize
        step = max(1, CHUNK_BYTES // row_bytes) * row_bytes
        left = math.prod(self.shape) * self.dtype.itemsize
        while left:
            piece = self._read(min(step, left))
            left -= len(piece)
            yield np.frombuffer(piece, dtype=self.dtype)

    def packed(self) -> Hashable | None:
        """Return what the archive holds for the array, before it is read; None if not packed.

        Members of which it is the same are the same array, and are damaged in the same way.
        """
        from .inflate import Inflated

        if not isinstance(self.stream, Inflated):
            return None
        with refusing(f"{self.path}: {self.name}: damaged", self.error):
            return self.stream.packed()

    def whole(self) -> NDArray[Any]:
        """Return the array, if it is of a size that may be held in memory."""
        size = math.prod(self.shape) * self.dtype.itemsize
        if size > MOST_BYTES:
            raise self.fail(f"claims {size:,} bytes, more than the {MOST_BYTES:,} that are read")
        flat = [chunk for chunk in self.chunks() if len(chunk)]
        array = np.concatenate(flat) if flat else np.empty(0, dtype=self.dtype)
        if self.dtype.kind == "U":
            self._check_characters(array)
        return array.reshape(self.shape)

    def _check_characters(self, flat: NDArray[np.str_]) -> None:
        """Refuse text that is none: Python fails on it, here or where it is written again."""
        points = flat.view(flat.dtype.str[0] + "u4")
        wrong = (points > sys.maxunicode) | ((points >= SURROGATES[0]) & (points <= SURROGATES[1]))
        if wrong.any():
            place = int(np.argmax(wrong))
            raise self.fail(
                f"entry {place // (self.dtype.itemsize // 4)} has the code point "
                f"{int(points[place]):#x}, which is no character"
            )

    def _read(self, size: int) -> bytes:
        with refusing(f"{self.path}: {self.name}: damaged", self.error):
            piece = self.stream.read(size)
        if len(piece) < size:
            raise self.fail("damaged (it ends too early)")
        return piece


@contextmanager
def open_member(path: Path, *names: str, error: type[BriefError] = VoteError) -> Iterator[Member]:
    """Open the first array of `names` that the archive holds.

    Parameters
    ----------
    path : Path
        An .npz file.
    *names : str
        Names the array may have.
    error : type, optional
        What to raise.

    Yields
    ------
    Member

    Raises
    ------
    VoteError
        Or `error`: if the file is no .npz file, has none of the arrays, or if the array is pickled,
        in Fortran order, or of another size than its header or the archive's directory says.
    """
    with naming(path, error), path.open("rb") as file:
        with refusing(f"{path}: not an .npz file", error):
            archive = zipfile.ZipFile(file)
        held = {info.filename: info for info in archive.infolist()}
        name = next((name for name in names if f"{name}.npy" in held), None)
        if name is None:
            found = ", ".join(repr(member.removesuffix(".npy")) for member in held) or "none"
            raise error(f"{path}: no array {' or '.join(names)}: it holds {found:.200}")
        info = held[f"{name}.npy"]
        _check_packing(path, name, info, os.fstat(file.fileno()).st_size, error)
        with refusing(f"{path}: {name}: damaged", error):
            stream = _opened(archive, file, info)
        yield _checked_member(path, name, stream, info.file_size, error)


@contextmanager
def refusing(what: str, error: type[BriefError]) -> Iterator[None]:
    """Raise `error` for anything: a forged file makes its parsers raise nearly anything."""
    try:
        yield
    except MemoryError:
        raise  # says nothing of the file
    except Exception as found:
        reason = " ".join(str(found).split()) or type(found).__name__
        raise error(f"{what} ({reason})") from found


def _opened(archive: zipfile.ZipFile, file: IO[bytes], info: zipfile.ZipInfo) -> Stream:
    """Open a member, which checks its local header; what is packed is inflated by zlib-ng."""
    from .inflate import Inflated

    stream = archive.open(info)
    if info.compress_type != zipfile.ZIP_DEFLATED:
        return stream
    stream.close()
    return Inflated(file, info)


def _check_packing(
    path: Path, name: str, info: zipfile.ZipInfo, archive_size: int, error: type[BriefError]
) -> None:
    if info.compress_type not in PACKINGS:
        raise error(
            f"{path}: {name}: packed by a method (number {info.compress_type}) that NumPy does not "
            "use: save it with numpy.savez_compressed"
        )
    packed = min(info.compress_size, archive_size)
    if info.file_size > MOST_PACKED * packed + 1024:
        raise error(
            f"{path}: {name}: claims {info.file_size:,} bytes in {packed:,} compressed ones, which "
            "no compressor reaches"
        )


def _checked_member(
    path: Path, name: str, stream: Stream, file_size: int, error: type[BriefError]
) -> Member:
    with refusing(f"{path}: {name}: cannot be read", error):
        version = npy.read_magic(stream)
        # Other versions are for headers of more than 64 KB, which no array here has.
        if version != (1, 0):
            raise ValueError(f"version {version[0]}.{version[1]} of the format, not 1.0")
        shape, fortran, dtype = npy.read_array_header_1_0(stream)
    member = Member(path, name, shape, dtype, stream, error)
    if dtype.hasobject:
        raise member.fail("pickled objects are not loaded, for they could run code")
    if min(shape, default=0) < 0:
        raise member.fail(f"its header says {shape}: no axis has a negative length")
    if dtype.itemsize == 0 or dtype.fields is not None or dtype.subdtype is not None:
        raise member.fail(f"its header says {dtype}: an entry is one number or text, of some bytes")
    if fortran and len(shape) > 1:
        raise member.fail("saved in Fortran order: save numpy.ascontiguousarray(...) of it")
    claimed = math.prod(shape) * dtype.itemsize
    if stream.tell() + claimed != file_size:
        raise member.fail(
            f"its header says {shape} {dtype}, {claimed:,} bytes, but the archive holds "
            f"{file_size - stream.tell():,}"
        )
    return member


def array_names(path: Path) -> set[str]:
    """Return the names of the arrays that an .npz file says it holds."""
    with path.open("rb") as file, refusing(f"{path}: not an .npz file", VoteError):
        return {name.removesuffix(".npy") for name in zipfile.ZipFile(file).namelist()}


def cells_of_raters(member: Member, rater_names: Sequence[Any]) -> list[NDArray[np.int64]]:
    """For each rater, the cells of the (item, answer) plane of a vote tensor that are 1.

    The tensor, of three axes of at least 1, is read a piece at a time and never held.

    Raises
    ------
    VoteError
        At an entry other than 0 and 1, or at the first rater with two answers to one item.
    """
    n_raters, n_items, n_answers = member.shape
    plane = n_items * n_answers
    found = [np.empty(0, dtype=np.int64)]
    offset = 0
    for chunk in member.chunks():
        cells = vote_cells(chunk, offset, n_items, n_answers) + offset
        # A tensor full of ones must end here, before its cells fill the memory; and an item's
        # answers may lie in two pieces.
        last = found[-1][-1:]
        _refuse_two_answers(np.concatenate((last, cells)), plane, n_answers, rater_names)
        if len(cells):
            found.append(cells)
        offset += len(chunk)
    cells = np.concatenate(found)
    borders = np.searchsorted(cells, np.arange(1, n_raters) * plane)
    return [row - rater * plane for rater, row in enumerate(np.split(cells, borders))]


def _refuse_two_answers(
    cells: NDArray[np.int64], plane: int, n_answers: int, rater_names: Sequence[Any]
) -> None:
    """Refuse cells of several raters, where two of one rater are of one item."""
    items = cells // n_answers
    twice = np.flatnonzero(items[1:] == items[:-1])
    if len(twice):
        rater = int(cells[twice[0]] // plane)
        refuse_two_answers(cells[twice[0] : twice[0] + 2] % plane, n_answers, rater_names[rater])


def read_names(path: Path, name: str, size: int) -> list[Any]:
    """Read an array of names, one an entry or several a row, which are joined by a slash."""
    with open_member(path, name) as member:
        if len(member.shape) not in (1, 2) or member.shape[0] != size:
            raise member.fail(
                f"should hold {size} names, as the tensor has: its shape is {member.shape}"
            )
        if member.dtype.kind not in "biuUS":
            raise member.fail(f"should hold names, text or whole numbers: it holds {member.dtype}")
        names: list[Any] = member.whole().tolist()
    if len(member.shape) == 2:
        names = ["/".join(map(str, row)) for row in names]
    twice = len(names) - len(set(names))
    if twice:
        raise member.fail(f"{twice} of the {size} names occur before")
    return names
