"""crowd-kit's majority vote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from ...errors import VoteError
from ..vote_share import vote_share
from .frames import coded_frame, pandas, vote_columns

if TYPE_CHECKING:
    import pandas as pd

MISSING_SKILLS = ("error", "ignore", "value")


@dataclass(eq=False)
class MajorityVote:
    """The label with most votes, or with most weight.

    As in crowd-kit, but labels and tasks come sorted, and of labels that tie the first is taken: in
    crowd-kit that hangs on the version of pandas. Sums of skills that differ by rounding alone tie.

    Parameters
    ----------
    default_skill : float, optional
        Skill of a worker without one, if `on_missing_skill` is "value".
    on_missing_skill : {"error", "ignore", "value"}
        What becomes of votes of workers without a skill: an error, left out, or `default_skill`.

    Attributes
    ----------
    labels_ : pandas.Series
        Label of each task, named "agg_label".
    probas_ : pandas.DataFrame
        Share of each label (columns) in each task (rows).
    skills_ : pandas.Series
        Share of each worker's votes that are the majority's; repeated votes count once.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("t1", "a", "yes"), ("t1", "b", "yes"), ("t1", "c", "no"), ("t2", "c", "no")]
    >>> frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
    >>> MajorityVote().fit_predict(frame).to_dict()
    {'t1': 'yes', 't2': 'no'}
    """

    default_skill: float | None = None
    on_missing_skill: Literal["error", "ignore", "value"] = "error"
    labels_: pd.Series = field(init=False, repr=False)
    probas_: pd.DataFrame = field(init=False, repr=False)
    skills_: pd.Series = field(init=False, repr=False)

    def fit(self, data: pd.DataFrame, skills: pd.Series | None = None) -> Self:
        """Count votes.

        Parameters
        ----------
        data : pandas.DataFrame
            One vote a row: task, worker, label.
        skills : pandas.Series, optional
            What a vote of each worker counts, 0 or more. Default: 1.

        Returns
        -------
        Self
            The same object.

        Raises
        ------
        KeyError
            If a column is not there.
        VoteError
            If a value is missing, or skills do not fit the votes.
        """
        frame = vote_columns(data)
        weight = None if skills is None else self._weights(frame, skills)
        if weight is not None:
            frame, weight = frame[weight.notna()], weight.dropna()
        if not len(frame):
            return self._empty()
        coded = coded_frame(frame)
        weights = None if weight is None else np.ones(coded.votes.n_raters)
        if weights is not None:
            weights[coded.codes["worker"]] = weight
        found = vote_share(coded.votes, ties="first", weights=weights)
        self.probas_ = coded.by_task(found.shares).sort_index()
        winners = coded.by_task(found.decisions).sort_index()
        self.labels_ = winners.idxmax(axis="columns").rename("agg_label")
        once = coded.once()
        right = found.classes()[once["task"]] == once["label"]
        by_worker = pandas().Series(right, coded.workers.take(once["worker"])).groupby(level=0)
        self.skills_ = by_worker.mean().rename("skill").rename_axis("worker")
        return self

    def fit_predict(self, data: pd.DataFrame, skills: pd.Series | None = None) -> pd.Series:
        """Count votes, and return `labels_`; see :meth:`fit`."""
        return self.fit(data, skills).labels_

    def fit_predict_proba(
        self, data: pd.DataFrame, skills: pd.Series | None = None
    ) -> pd.DataFrame:
        """Count votes, and return `probas_`; see :meth:`fit`."""
        return self.fit(data, skills).probas_

    def _empty(self) -> Self:
        """Keep the results of no votes."""
        self.probas_ = pandas().DataFrame()
        self.labels_ = pandas().Series(dtype=object, name="agg_label")
        self.skills_ = pandas().Series(dtype=float, name="skill")
        return self

    def _weights(self, frame: pd.DataFrame, skills: pd.Series) -> pd.Series:
        """Return what each vote counts; missing where it is to be left out."""
        if self.on_missing_skill not in MISSING_SKILLS:
            raise VoteError(
                f"on_missing_skill={self.on_missing_skill!r} is not one of "
                f"{', '.join(map(repr, MISSING_SKILLS))}"
            )
        if (self.on_missing_skill == "value") != (self.default_skill is not None):
            raise VoteError(
                f"default_skill={self.default_skill!r} does not go with on_missing_skill="
                f"{self.on_missing_skill!r}: it is for 'value', which needs it"
            )
        if not skills.index.is_unique:
            twice = skills.index[skills.index.duplicated()][0]
            raise VoteError(f"skills has worker {twice!r} more than once")
        weight = frame["worker"].astype(object).map(skills.to_dict()).astype(float)
        missing = weight.isna()
        if self.on_missing_skill == "value":
            return weight.fillna(self.default_skill)
        left = set(frame["task"][~missing])
        lost = frame["task"][~frame["task"].isin(left)]
        if missing.any() and self.on_missing_skill == "error":
            worker = frame["worker"][missing].iloc[0]
            raise VoteError(
                f"worker {worker!r} has no skill: give one, or say on_missing_skill='ignore'"
            )
        if len(lost):
            raise VoteError(
                f"task {lost.iloc[0]!r} has no votes of workers with a skill: give one, or say "
                "on_missing_skill='value'"
            )
        return weight
