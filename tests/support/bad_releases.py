"""Altered copies of a release: links to its files, of which a test rewrites one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

CENTRAL_HEADER = b"PK\x01\x02"
# Where a zip directory's entry has its packed size and its size, four bytes each.
PACKED_SIZE, SIZE = 20, 24
NAME = 46


def linked(source: Path, folder: Path) -> Path:
    """Make a folder of links to a release's files; an alteration replaces a link."""
    folder.mkdir(parents=True)
    for file in source.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


def rewrite(path: Path, content: bytes | str) -> None:
    """Put a file in the place of a link, without a change to what the link points to."""
    path.unlink(missing_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def arrays_of(path: Path) -> dict[str, NDArray[Any]]:
    """Read an .npz file by NumPy."""
    with np.load(path) as archive:
        return dict(archive)


def change(path: Path, **arrays: NDArray[Any] | None) -> None:
    """Rewrite an .npz file with some arrays replaced; None leaves an array out."""
    merged = arrays_of(path) | arrays
    stream = io.BytesIO()
    kept = {name: array for name, array in merged.items() if array is not None}
    np.savez_compressed(stream, **kept)  # type: ignore[arg-type]  # allow_pickle is no array
    rewrite(path, stream.getvalue())


def change_entry(path: Path, name: str, entry: tuple[int, ...] | int, value: object) -> None:
    """Rewrite an .npz file with one entry of one array replaced."""
    array = arrays_of(path)[name]
    array[entry] = value
    change(path, **{name: array})


def npy_bytes(array: NDArray[Any]) -> bytes:
    """Return an array as the bytes of an .npy file."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npy_header(shape: tuple[int, ...], descr: object = "<f8", *, fortran: bool = False) -> bytes:
    """Return the header of an .npy file that claims a shape and type."""
    stream = io.BytesIO()
    header = {"descr": descr, "fortran_order": fortran, "shape": shape}
    npy.write_array_header_1_0(stream, header)
    return stream.getvalue()


def pack(path: Path, members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> None:
    """Write an .npz file of raw members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    rewrite(path, stream.getvalue())


def repack(path: Path, **members: bytes) -> None:
    """Rewrite an .npz file with some members replaced by raw bytes."""
    with zipfile.ZipFile(path) as archive:
        held = {name.removesuffix(".npy"): archive.read(name) for name in archive.namelist()}
    pack(path, held | members)


def forge_size(path: Path, array: str, size: int, *, packed: int | None = None) -> None:
    """Let the archive's directory claim another size of an array."""
    content = bytearray(path.read_bytes())
    entry = content.find(CENTRAL_HEADER)
    while content[entry + NAME : entry + NAME + len(array)] != array.encode():
        entry = content.index(CENTRAL_HEADER, entry + 1)
    content[entry + SIZE : entry + SIZE + 4] = size.to_bytes(4, "little")
    if packed is not None:
        content[entry + PACKED_SIZE : entry + PACKED_SIZE + 4] = packed.to_bytes(4, "little")
    rewrite(path, bytes(content))


def damage(path: Path, array: str) -> None:
    """Flip a bit in the middle of an array's packed bytes, so that its checksum is another."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"{array}.npy")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 30 + info.compress_size // 2] ^= 1
    rewrite(path, bytes(content))


def truncate(path: Path, share: float = 0.5) -> None:
    """Keep the first part of a file."""
    content = path.read_bytes()
    rewrite(path, content[: int(len(content) * share)])
