"""Writers of the release's files, in the format of the published ones; see also `release_files`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from aggregation import Votes

from ..files import download
from ..labels.label_sets import to_json
from ..release import MADE_UP, Release


def release_files(release: Release) -> dict[str, bytes]:
    """Return the six files of a release by name.

    A release in memory knows no WordNet ids, only their order: the ids in the file are made up,
    n90000000 to n90000999.

    Parameters
    ----------
    release : Release
    """
    info = release.questions.to_info()
    golden = release.golden
    golden_info = info[golden.questions]
    everyone = np.arange(release.votes.n_raters)
    answered = np.flatnonzero(np.bincount(golden.raters.raters, minlength=len(everyone)))
    experts = np.arange(golden.experts.n_raters)
    wordnet_ids = [f"{MADE_UP}{label:07d}\n" for label in release.original_labels.tolist()]
    return {
        download.RATERS: votes_file(release.votes, raters=everyone, info=info),
        download.GOLDEN: votes_file(golden.experts, raters=experts, info=golden_info),
        download.RATERS_GOLDEN: votes_file(golden.raters, raters=answered, info=golden_info),
        download.SCORES: npz_file(tensor=release.scores, info=info),
        download.LABELS: to_json(release.label_sets).encode(),
        download.ORIGINAL_LABELS: "".join(wordnet_ids).encode(),
    }


def npz_file(**arrays: NDArray[Any]) -> bytes:
    """Return arrays as a compressed .npz file."""
    stream = BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def votes_file(votes: Votes, *, raters: NDArray[np.int64], info: NDArray[np.str_]) -> bytes:
    """Return the same bytes as `numpy.savez_compressed`, without holding the dense tensor.

    Parameters
    ----------
    votes : Votes
        At most one vote of a rater on an item; `rater_names` are integers.
    raters : ndarray of int64, shape (n,)
        The raters to write, ascending: `tensor` has shape (n, n_items, n_answers).
    info : ndarray of str, shape (n_items, 2)
    """
    ids = np.array(votes.rater_names, dtype=np.int64)[raters]
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("tensor.npy", "w", force_zip64=True) as stream:
            shape = (len(raters), votes.n_items, votes.n_answers)
            header = {"descr": "<f8", "fortran_order": False, "shape": shape}
            npy.write_array_header_1_0(stream, header)
            for plane in _planes(votes, raters):
                stream.write(plane.astype("<f8", copy=False).data)
        for name, array in (("info", info), ("ids", ids)):
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                npy.write_array(stream, array, allow_pickle=False)
    return file.getvalue()


def _planes(votes: Votes, raters: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
    """Yield each rater's (item, answer) plane, flat: 1 where the rater voted so, otherwise 0."""
    order = np.argsort(votes.raters, kind="stable")
    cells = votes.cells()[order]
    borders = np.searchsorted(votes.raters[order], np.arange(votes.n_raters + 1))
    for rater in raters:
        plane = np.zeros(votes.n_items * votes.n_answers)
        plane[cells[borders[rater] : borders[rater + 1]]] = 1.0
        yield plane
