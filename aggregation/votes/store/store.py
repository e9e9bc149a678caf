"""Votes on disk, in partitions by item, for more of them than memory holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

from ...errors import VoteError
from ...held import LateNames
from ...reading.options import ReadOptions, checked_reading
from ..votes import Votes
from .files import (
    check_range,
    held_names,
    item_names,
    mapped_partition,
    stamp_of,
    unchanged,
)
from .manifest import ANSWERS, RATERS, Manifest, check_files, partition_files, read_manifest
from .passes import StorePasses
from .remote.origin import Origin, opened_at
from .remote.urls import check_on_disk, is_local, is_url, said

MEMORY = 1 << 30


@dataclass(frozen=True, eq=False, repr=False)
class VoteStore(StorePasses):
    r"""Votes on disk: any number of them, in partitions by item. Make one with :meth:`ingest`.

    The order of items is that of the store: partition by partition, and within one by the bytes of
    their names. It depends on the votes and on the number of partitions alone, not on the order of
    the files or of their rows.

    Attributes
    ----------
    folder : Path
    manifest : Manifest
        Counts, and the hash of each file.
    notes : tuple of str
        What was guessed, found or left out when it was made, a sentence each.
    checked : set of int
        The partitions whose numbers have been found to be in range, on the first pass over them.
    scheduler : str or distributed.Client, optional
        The Dask cluster on which votes are gone through; see :meth:`on`.
    copies : str, optional
        Where its workers copy their partitions from.
    origin : Origin, optional
        Where it lies, if it was opened by its URL: `folder` then has copies of its files.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "votes.csv").write_text("item,rater,answer\na,ann,yes\nb,ann,no")
    >>> VoteStore.ingest(folder / "votes.csv", folder / "store")
    VoteStore(2 votes: 2 items, 1 rater, 2 answers, 1 partition)
    """

    folder: Path
    manifest: Manifest = field(repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    _stamp: tuple[int, int] | None = field(default=None, repr=False)
    checked: set[int] = field(default_factory=set, init=False, repr=False)
    scheduler: Any = field(default=None, repr=False)
    copies: str | None = field(default=None, repr=False)
    origin: Origin | None = field(default=None, repr=False)

    @classmethod
    def ingest(
        cls,
        paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        folder: str | PathLike[str],
        *,
        memory: int = MEMORY,
        partitions: int | None = None,
        progress: Callable[[str, float], object] | None = None,
        **options: Unpack[ReadOptions],
    ) -> VoteStore:
        """Make a store of votes in files of any size, in any order.

        Text, Parquet and Feather with a vote a row are read a batch at a time; exports, JSON, wide
        tables, spreadsheets, tensors and standard input (unless `input_format` is "csv" or "tsv")
        a file at a time. If it is broken off at any moment, the same call goes on, and comes to the
        same bytes.

        Parameters
        ----------
        paths : path or sequence of paths
            As :meth:`Votes.read` takes them, or stores, to whose votes others are added; all
            together are one set of votes.
        folder : path
            A new or an empty folder, or one in which the same was broken off.
        memory : int
            Bytes to keep to, beside what the libraries take.
        partitions : int, optional
            Default: as many as `memory` needs.
        progress : callable, optional
            Called with the stage, "reading" or "grouping", and the share of it that is done, 0..1.
        **options
            As for :meth:`Votes.read`, but for known classes. With `normalise`, a store among the
            paths has each of its votes under the name that it has there.

        Returns
        -------
        VoteStore

        Raises
        ------
        VoteError
            If votes cannot be read, the folder holds something else, or the disk is full.
        OSError
            If there is no such file.
        """
        from .making.ingest import ingest, paths_of

        check_on_disk(folder)
        found = ingest(
            paths_of(paths),
            Path(folder),
            checked_reading(options),
            memory=memory,
            partitions=partitions,
            progress=progress,
        )
        return opened(cls, Path(folder), found.notes)

    def add(
        self,
        paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        *,
        memory: int = MEMORY,
        progress: Callable[[str, float], object] | None = None,
        **options: Unpack[ReadOptions],
    ) -> VoteStore:
        """Add votes to the store in its folder: of new items, raters and answers, too.

        A larger store is made beside it, in as many partitions, and takes its place when it is
        whole. If it is broken off, the same call goes on. A file whose content, read in the same
        way, is in the store already is left out, and a note says so. While one call is at work,
        another is refused.

        Parameters
        ----------
        paths, memory, progress, **options
            As for :meth:`ingest`.

        Returns
        -------
        VoteStore
            The larger one. This one, and fits of it, are of the past: they say so when read from.

        Raises
        ------
        VoteError, OSError
            As :meth:`ingest`.
        """
        from .making.ingest import add, paths_of

        check_on_disk(self.folder if self.origin is None else self.origin.url)
        reading = checked_reading(options)
        found = add(paths_of(paths), self.folder, reading, memory=memory, progress=progress)
        return opened(type(self), self.folder, found.notes)

    @classmethod
    def open(
        cls,
        folder: str | PathLike[str],
        *,
        verify: bool = True,
        copies: str | PathLike[str] | None = None,
    ) -> VoteStore:
        """Open a store.

        Parameters
        ----------
        folder : path or URL
            Of what lies at a URL that fsspec knows ("s3://...", "https://..."), the manifest is
            read; other files are copied, and compared with it, when they are needed, or by
            :meth:`fetch`. On a cluster, each worker copies its own partitions.
        verify : bool
            Whether to hash each file, about a second for two gigabytes. Sizes are always compared,
            and numbers that are out of range found on the first pass.
        copies : path, optional
            A new folder in which copies are kept, or one that has some. Default: a folder for
            temporary files, which is removed when the process ends. If copying is broken off, the
            next process goes on.

        Returns
        -------
        VoteStore

        Raises
        ------
        VoteError
            If it is no store, one of another version or not whole, or a file of it is missing,
            altered or cannot be read; the message names the file.
        """
        if is_url(folder):
            origin, manifest = opened_at(str(folder), None if copies is None else Path(copies))
            return cls(origin.folder, manifest, origin=origin)
        if copies is not None:
            there = said(str(copies))
            raise VoteError(f"copies={there!r} are of a store at a URL: {folder} is a path")
        store = opened(cls, Path(folder))
        check_files(store.folder, store.manifest, hashes=verify)
        return store

    def on(self, scheduler: Any, *, copies: str | None = None) -> VoteStore:
        """Return the same store, through whose votes a Dask cluster goes in a fit.

        To the bit, results are those of one machine, for any number of workers.

        Parameters
        ----------
        scheduler : str or distributed.Client
            The address of a scheduler, "tcp://HOST:PORT", whose workers read the store at the same
            path, and have the same versions of this package and of those below it; or "local:N",
            for N worker processes of this machine's, for as long as a fit takes.
        copies : str, optional
            The store once more, at a URL that fsspec knows ("s3://...", "gs://..."): each worker
            copies its own partitions to its own disk, compares their hashes, and deletes them at
            the end. Default: where the store was opened: at its URL, or at its path, on a disk that
            they share. Workers of "local:N" read the files that are copied here.

        Returns
        -------
        VoteStore

        Examples
        --------
        ``fit_dawid_skene(store.on("tcp://10.0.0.1:8786"))``
        """
        url = None if self.origin is None or is_local(scheduler) else self.origin.url
        return replace(self, scheduler=scheduler, copies=copies or url)

    @cached_property
    def rater_names(self) -> tuple[Any, ...]:
        """Names of the raters, in the order of their codes."""
        self._need((RATERS,))
        with unchanged(self.folder, self._stamp):
            return tuple(held_names(self.folder / RATERS, self.n_raters).to_pylist())

    @cached_property
    def answer_names(self) -> tuple[Any, ...]:
        """Names of the answers, in the order of their codes."""
        self._need((ANSWERS,))
        with unchanged(self.folder, self._stamp):
            return tuple(held_names(self.folder / ANSWERS, self.n_answers).to_pylist())

    def partition(self, number: int) -> Votes:
        """Return the votes of one partition, whose arrays are mapped into memory.

        Raises
        ------
        VoteError
            If there is none of this number, a file of it is missing, damaged or cannot be read, or
            votes have been added.
        """
        self._check_number(number)
        self._need(partition_files(number)[:2])
        with unchanged(self.folder, self._stamp):
            starts, codes = mapped_partition(self.folder, self.manifest, number)
            if number not in self.checked:
                check_range(self.folder, self.manifest, number, starts, codes)
                self.checked.add(number)
        return self._votes(starts, codes, (number,))

    def item_names(self, numbers: Sequence[int]) -> Any:
        """Return the names of some partitions' items, as an array of Arrow."""
        for number in numbers:
            self._check_number(number)
        self._need([partition_files(number).items for number in numbers])
        with unchanged(self.folder, self._stamp):
            return item_names(self.folder, self.manifest, numbers)

    def _votes(self, starts: Any, codes: Any, numbers: Sequence[int]) -> Votes:
        names = LateNames(lambda: self.item_names(numbers), len(starts) - 1)
        return Votes(
            starts,
            codes,
            self.n_raters,
            self.n_answers,
            names,
            self.rater_names,
            self.answer_names,
        )


def opened(kind: type[VoteStore], folder: Path, notes: tuple[str, ...] = ()) -> VoteStore:
    """Return the store in a folder, whose stamp is older than what is read of it."""
    return kind(folder, _stamp=stamp_of(folder), manifest=read_manifest(folder), notes=notes)
