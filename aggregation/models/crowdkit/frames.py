"""Frames with the columns task, worker and label: to votes, and from arrays back to frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import VoteError
from ...votes.given import UNKNOWN
from ...votes.votes import Votes

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["task", "worker", "label"]
ROWS = ["worker", "label"]
ROLES = ("items", "raters", "answers")
# An assigned error rate of 0 would make a vote impossible for ever: it starts from this.
LEAST_RATE = 1e-10
ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class CodedFrame:
    """A frame's votes, and what their codes stand for.

    Attributes
    ----------
    votes : Votes
        As many answers as labels.
    codes : dict of str to ndarray
        Codes of tasks, workers and labels, in the frame's order.
    tasks, workers, labels : pandas.Index
        Tasks and workers as they appear, labels sorted.
    """

    votes: Votes
    codes: dict[str, NDArray[np.int64]]
    tasks: pd.Index
    workers: pd.Index
    labels: pd.Index

    def by_task(self, values: NDArray[np.float64]) -> pd.DataFrame:
        """Return values of shape (task, label) as a frame."""
        return pandas().DataFrame(
            values, index=self.tasks.rename("task"), columns=self.labels.rename("label")
        )

    def truth(self, true_labels: pd.Series | None) -> NDArray[np.int64]:
        """Return the code of each task's true label, -1 where it is not known."""
        truth = np.full(len(self.tasks), UNKNOWN)
        if true_labels is None:
            return truth
        known = true_labels.dropna()
        places = self.tasks.get_indexer(known.index)
        codes = self.labels.get_indexer(pandas().Index(known))
        for place, code in zip(places.tolist(), codes.tolist(), strict=True):
            if place >= 0 and truth[place] not in (UNKNOWN, code):
                labels = self.labels[truth[place]], self.labels[code]
                raise VoteError(
                    f"true_labels says that task {self.tasks[place]!r} is {labels[0]!r}, and that "
                    f"it is {labels[1]!r}: give one label a task"
                )
            if place >= 0:
                truth[place] = code
        return truth

    def counts_of(self, initial_error: pd.DataFrame) -> NDArray[np.float64]:
        """Return initial errors, shape (worker, label, true label); 0 where nothing is said."""
        check_rows(initial_error)
        rows = pandas().MultiIndex.from_product([self.workers, self.labels], names=ROWS)
        # not reindexed by columns: those of one table may be objects, of the other numbers
        columns = self.labels.get_indexer(pandas().Index(initial_error.columns.tolist()))
        found = initial_error.reindex(rows).to_numpy(dtype=np.float64)
        counts = np.zeros((len(rows), len(self.labels)))
        counts[:, columns] = np.nan_to_num(found, nan=0.0, posinf=np.inf, neginf=-np.inf)
        wrong = ~((counts >= 0) & np.isfinite(counts))
        if wrong.any():
            row, column = np.argwhere(wrong)[0].tolist()
            raise VoteError(
                f"initial_error of {rows[row]} and true label {self.labels[column]!r} is "
                f"{counts[row, column]}: give counts or rates, 0 or more"
            )
        return counts.reshape(len(self.workers), len(self.labels), len(self.labels))

    def rates_of(self, initial_error: pd.DataFrame) -> NDArray[np.float64]:
        """Return initial errors as error rates, of the same shape; all votes must have a row."""
        counts = self.counts_of(initial_error)
        self.check_rows_of_votes(initial_error)
        sums = counts.sum(axis=1)
        wrong = np.abs(sums - 1) > ROUNDING
        if counts.max() <= 1 and wrong.any():
            worker, label = np.argwhere(wrong)[0].tolist()
            # crowd-kit's own words first: somebody may look for them
            raise VoteError(
                "The sum of each worker's error matrix in initial_error should be 1.0: worker "
                f"{self.workers[worker]!r} has {sums[worker, label]} in the column of true label "
                f"{self.labels[label]!r}"
            )
        counts = np.maximum(counts, LEAST_RATE)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))

    def check_rows_of_votes(self, initial_error: pd.DataFrame) -> None:
        """Refuse initial errors without a row for a vote's worker and label."""
        rows = self.rows(self.pairs())
        there = rows.isin(initial_error.index)
        if not there.all():
            worker, label = rows[~there][0]
            raise VoteError(
                f"initial_error has no row for worker {worker!r} and label {label!r}: 'assign' "
                "needs one for every vote, 'addition' does not"
            )

    def once(self) -> dict[str, NDArray[np.int64]]:
        """Return the codes of distinct votes: a label that a worker gave twice is there once."""
        distinct = np.unique(np.stack([self.codes[column] for column in COLUMNS]), axis=1)
        return dict(zip(COLUMNS, distinct, strict=True))

    def pairs(self) -> NDArray[np.int64]:
        """Return worker * n_labels + label of each vote, once, as they appear."""
        codes = self.codes["worker"] * len(self.labels) + self.codes["label"]
        return np.asarray(codes[np.sort(np.unique(codes, return_index=True)[1])])

    def rows(self, pairs: NDArray[np.int64]) -> pd.MultiIndex:
        """Return pairs by name."""
        worker, label = np.divmod(pairs, len(self.labels))
        return pandas().MultiIndex.from_arrays(
            [self.workers.take(worker), self.labels.take(label)], names=ROWS
        )

    def error_frame(
        self, rates: NDArray[np.float64], given: NDArray[np.float64] | None
    ) -> pd.DataFrame:
        """Return error rates (worker, label, true label): rows that are voted, or were given."""
        pairs = self.pairs()
        if given is not None:
            more = np.flatnonzero(given.any(axis=2))
            pairs = np.concatenate((pairs, more[~np.isin(more, pairs)]))
        labels = self.labels
        text = pandas().api.types.is_string_dtype(labels.dtype)
        columns = (labels if text else labels.astype(object)).rename(None)
        flat = rates.reshape(-1, len(labels))[pairs]
        return pandas().DataFrame(flat, index=self.rows(pairs), columns=columns)


def pandas() -> Any:
    """Import pandas, which may not be there."""
    try:
        import pandas as pd
    except ImportError:
        raise VoteError(
            "these classes take and give pandas frames: install pandas, or use "
            "Votes.from_frame and fit_dawid_skene"
        ) from None
    return pd


def vote_columns(data: Any) -> pd.DataFrame:
    """Return a frame's columns of votes."""
    if not isinstance(data, pandas().DataFrame):
        kind = f"{type(data).__module__.partition('.')[0]}.{type(data).__name__}"
        raise VoteError(f"a {kind} is no pandas DataFrame: Votes.from_frame takes any dataframe")
    return data[COLUMNS]


def coded_frame(frame: pd.DataFrame, more_labels: Iterable[Any] = ()) -> CodedFrame:
    """Code a frame of votes; `more_labels` are labels whether or not somebody gave them."""
    codes, names = {}, {}
    for column in COLUMNS:
        codes[column], names[column] = pandas().factorize(frame[column], sort=column == "label")
        if (codes[column] < 0).any():
            row = frame.index[np.argmin(codes[column])]
            raise VoteError(f"{column} at row {row!r} is missing: leave the vote out")
        names[column] = pandas().Index(names[column])
    labels = names["label"]
    more = [label for label in dict.fromkeys(more_labels) if label not in labels]
    if more:
        every = labels.union(pandas().Index(more))
        codes["label"] = every.get_indexer(labels)[codes["label"]]
        names["label"] = every
    sizes = {f"n_{role}": len(names[column]) for role, column in zip(ROLES, COLUMNS, strict=True)}
    votes = Votes.from_triples(*(codes[column] for column in COLUMNS), **sizes)
    return CodedFrame(votes, codes, names["task"], names["worker"], names["label"])


def labels_beside(true_labels: Any, initial_error: Any) -> list[Any]:
    """Return the labels that are said of tasks and of workers, missing ones apart."""
    labels: list[Any] = []
    if true_labels is not None:
        if not isinstance(true_labels, pandas().Series):
            raise VoteError(
                f"true_labels is a {type(true_labels).__name__}: give a pandas Series of labels, "
                "indexed by task"
            )
        labels += true_labels.dropna().tolist()
    if initial_error is not None:
        check_rows(initial_error)
        labels += [*initial_error.columns, *initial_error.index.get_level_values("label")]
    return labels


def check_rows(initial_error: Any) -> None:
    """Refuse initial errors that are not indexed by worker and label, each pair once."""
    if not isinstance(initial_error, pandas().DataFrame):
        raise VoteError(f"initial_error is a {type(initial_error).__name__}: give a DataFrame")
    if list(initial_error.index.names) != ROWS:
        names = list(initial_error.index.names)
        raise VoteError(f"The index of initial_error must be: {ROWS}, but it is {names}")
    for axis in (initial_error.index, initial_error.columns):
        if not axis.is_unique:
            raise VoteError(f"initial_error has {axis[axis.duplicated()][0]!r} more than once")
