"""Where votes are read from: a file of any packing, a folder, a pattern, or standard input."""

from __future__ import annotations

import io
import lzma
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Any

from ...errors import VoteError, listed, without_password

STANDARD_INPUT = "-"
# A URL as a path has it, of whose two slashes one is left. Two letters at least: C:/ is a disk.
URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+:)/+(.*)")
# What a name's ending says a file is. All else is looked at.
KINDS = {
    **dict.fromkeys((".csv", ".txt", ".psv", ".dat", ".data"), "csv"),
    **dict.fromkeys((".tsv", ".tab"), "tsv"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".feather", ".arrow", ".ipc"), "feather"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), "xlsx"),
    ".npz": "npz",
}
# What else keeps tables, and what reads it in pandas.
OTHERS = {
    **dict.fromkeys((".pkl", ".pickle"), "read_pickle"),
    ".dta": "read_stata",
    **dict.fromkeys((".sav", ".zsav"), "read_spss"),
    **dict.fromkeys((".sas7bdat", ".xpt"), "read_sas"),
    **dict.fromkeys((".h5", ".hdf5"), "read_hdf"),
    ".orc": "read_orc",
    ".xml": "read_xml",
    **dict.fromkeys((".html", ".htm"), "read_html"),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), "read_sql"),
    **dict.fromkeys((".rds", ".rda", ".rdata", ".yaml", ".yml"), ""),
}
# pyarrow unpacks the first four.
PACKINGS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4", ".xz": "xz", ".zip": "zip"}
# How files begin.
MAGIC = ((b"PAR1", "parquet"), (b"ARROW1", "feather"), (b"FEA1", "feather"))
PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x04\x22\x4d\x18", "lz4"),
)


@dataclass(frozen=True)
class Source:
    """One file, or standard input.

    Attributes
    ----------
    path : Path
        "-" is standard input.
    """

    path: Path

    @property
    def name(self) -> str:
        """What messages call it."""
        return "standard input" if str(self.path) == STANDARD_INPUT else str(self.path)

    @property
    def packing(self) -> str | None:
        """How its name says it is packed."""
        return PACKINGS.get(self.path.suffix.lower())

    @property
    def suffix(self) -> str:
        """The ending that tells its kind: that before a packing's."""
        path = Path(self.path.stem) if self.packing else self.path
        return path.suffix.lower()

    @property
    def stem(self) -> str:
        """Its name without what tells its kind and packing."""
        return Path(self.path.stem).stem if self.packing else self.path.stem

    @property
    def kind(self) -> str | None:
        """What its name says it is, None where that says nothing."""
        return KINDS.get(self.suffix)

    def content(self) -> Any:
        """Return its bytes, unpacked: a ``pyarrow.Buffer``, mapped where it is not packed."""
        import pyarrow as pa

        if str(self.path) == STANDARD_INPUT:
            return unpacked(pa.py_buffer(sys.stdin.buffer.read()), None)
        if self.path.stat().st_size == 0:
            raise VoteError("is empty")
        if not self.path.is_file():  # a pipe, whose end is not known
            return unpacked(pa.py_buffer(self.path.read_bytes()), self.packing)
        return unpacked(pa.memory_map(str(self.path)).read_buffer(), self.packing)

    @contextmanager
    def stream(self) -> Iterator[Any]:
        """Open it as a file of its bytes, unpacked, that is read from the beginning to the end."""
        import pyarrow as pa

        with ExitStack() as opened:
            piped = str(self.path) == STANDARD_INPUT
            raw: Any = sys.stdin.buffer if piped else opened.enter_context(self.path.open("rb"))
            packing = self.packing or packing_of(raw.peek(6)[:6])
            if packing == "zip":
                archive = opened.enter_context(zipfile.ZipFile(raw))
                raw = opened.enter_context(archive.open(only_name(archive)))
            elif packing == "xz":
                raw = opened.enter_context(lzma.open(raw))
            elif packing is not None:
                raw = pa.CompressedInputStream(pa.PythonFile(raw, "r"), packing)
            yield raw


def raters_names(sources: Sequence[Source]) -> list[str]:
    """Return what a rater is called who has a file of each: its name, or its folder's if all agree.

    Names that are there twice, but not everywhere, are of a rater with several files.
    """
    stems = [source.stem for source in sources]
    folders = [source.path.parent.name for source in sources]
    alike = len(stems) > 1 and len(set(stems)) == 1
    return folders if alike and len(set(folders)) == len(folders) else stems


def packing_of(start: bytes) -> str | None:
    """Return how bytes are packed, as they begin."""
    return next((name for magic, name in PACKED if start.startswith(magic)), None)


def unpacked(buffer: Any, packing: str | None) -> Any:
    """Return bytes without their packing, which their beginning tells where nothing else does."""
    import pyarrow as pa

    packing = packing or packing_of(bytes(buffer[:6]))
    if packing is None:
        return buffer
    if packing == "zip":
        return only_member(buffer)
    if packing == "xz":
        return pa.py_buffer(lzma.decompress(buffer))
    stream = pa.CompressedInputStream(pa.BufferReader(buffer), packing)
    pieces = iter(lambda: stream.read(1 << 24), b"")
    return pa.py_buffer(b"".join(pieces))


def only_member(buffer: Any) -> Any:
    """Return the only file in a zip."""
    import pyarrow as pa

    with zipfile.ZipFile(io.BytesIO(buffer)) as archive:
        return pa.py_buffer(archive.read(only_name(archive)))


def only_name(archive: zipfile.ZipFile) -> str:
    """Return the name of the only file in a zip; folders, and what macOS adds, are none."""
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/") and not name.startswith("__MACOSX")
    ]
    if len(names) != 1:
        raise VoteError(f"holds {len(names)} files, {listed(names)}: unpack it and name one")
    return names[0]


def kind_of(source: Source, buffer: Any) -> str:
    """Return what a file is, by its name, or by how it begins."""
    if source.kind is not None:
        return source.kind
    if source.suffix in OTHERS:
        reader = OTHERS[source.suffix]
        by = f" (in pandas, by {reader} and to_parquet)" if reader else ""
        raise VoteError(f"{source.suffix} files are not read: save the votes as csv or Parquet{by}")
    start = bytes(buffer[:4096])
    found = next((kind for magic, kind in MAGIC if start.startswith(magic)), None)
    if found is None and start.startswith(b"PK"):
        found = (
            "xlsx" if b"[Content_Types].xml" in start or b"xl/" in bytes(buffer[-4096:]) else "npz"
        )
    if found is None and start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        found = "json"
    if found is None and b"\0" in start and start[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise VoteError(
            "cannot tell what it is: call it .csv, .tsv, .json, .jsonl, .parquet, .feather, .xlsx "
            "or .npz, or say --input-format"
        )
    return found or "csv"


def sources_of(path: Path) -> list[Source]:
    """Return the files that a path names: itself, or those of a folder or of a pattern.

    Raises
    ------
    VoteError
        If a folder holds files of several kinds, or of none.
    OSError
        If there is no such file, or it is a URL.
    """
    if str(path) == STANDARD_INPUT or (path.exists() and not path.is_dir()):
        return [Source(path)]
    if path.is_dir():
        return in_folder(path)
    if url := URL.fullmatch(str(path)):
        raise FileNotFoundError(
            2,
            "files are read from this machine: download it first (a URL may be that of a store, "
            "for `reassess fit`, `reassess score` and VoteStore.open)",
            without_password(f"{url[1]}{'///' if url[1] == 'file:' else '//'}{url[2]}"),
        )
    if not has_magic(str(path)):
        path.stat()  # says which file is missing
    names = glob(str(path), recursive=True)  # noqa: PTH207 (a pattern may begin at the root)
    found = sorted(one for one in map(Path, names) if one.is_file())
    if not found:
        what = "folders are, but no file is called" if names else "no file is called"
        raise FileNotFoundError(2, f"{what} like this", str(path))
    return [Source(one) for one in found]


def in_folder(folder: Path) -> list[Source]:
    """Return the files of a folder, all of one kind."""
    found = [
        Source(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    ]
    kinds = Counter(source.kind for source in found if source.kind is not None)
    if not kinds:
        raise VoteError(f"{folder}: a folder without files of votes (csv, JSON, Parquet, ...)")
    if len(kinds) > 1:
        there = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        raise VoteError(
            f"{folder}: a folder of files of several kinds ({there}): name a file, or a pattern "
            f"such as '{folder}/*.csv'"
        )
    return [source for source in found if source.kind is not None]
