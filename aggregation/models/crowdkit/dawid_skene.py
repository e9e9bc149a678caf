"""crowd-kit's Dawid & Skene models."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from ...errors import ConvergenceWarning, VoteError
from ...votes.given import UNKNOWN
from ..dawid_skene.arguments import answers_before_classes, is_at_least
from ..dawid_skene.families import FamilyName, family_of
from ..dawid_skene.fitting import fit_dawid_skene
from ..known_truth import expected_counts
from ..vote_share import vote_share
from .frames import CodedFrame, coded_frame, labels_beside, pandas, vote_columns

if TYPE_CHECKING:
    import pandas as pd

STRATEGIES = ("assign", "addition")


@dataclass(eq=False)
class DawidSkene:
    """Dawid & Skene's model, fitted by plain EM from vote shares.

    The k-th step is crowd-kit's, to within its clipping at 1e-10. What differs:

    - `loss_history_` is the log-likelihood, and EM stops on it. crowd-kit's bound adds the class
      prior once a vote, not once a task, falls while EM improves, and stops EM at the first fall.
    - With "addition", `initial_error` counts in every step: it is votes on tasks of known label.
      In crowd-kit it counts in the first step only.
    - A label that nobody gave, but `true_labels` or `initial_error` names, has probabilities; in
      crowd-kit these may be missing.
    - A worker of whom nothing is expected in a true label errs uniformly over all labels, not over
      those that the worker gave.
    - Switched classes are put back in the order of the labels.
    - Missing values, and true labels that contradict each other, are errors.

    Parameters
    ----------
    n_iter : int
        Most steps: an E-step, then an M-step. 0: vote shares.
    tol : float
        Stop when a step gains no more than this, in nats a vote. What is below 0 counts as 0. The
        default is crowd-kit's; 1e-10 comes much nearer to the optimum, in more steps.
    initial_error_strategy : {"assign", "addition"}, optional
        What `initial_error` is. "assign": where to start, error rates or counts. "addition": counts
        of earlier answers. None: `initial_error` is not used.

    Attributes
    ----------
    labels_ : pandas.Series
        The likeliest label of each task, named "agg_label"; the first of equals.
    probas_ : pandas.DataFrame
        Posterior of each label (columns) in each task (rows, as they appear in the data).
    priors_ : pandas.Series
        Share of each label, named "prior".
    errors_ : pandas.DataFrame
        Rows (worker, label), those that occur, and columns true labels: how probable it is that the
        worker gives the label. `priors_` and `errors_` are the M-step after `probas_`.
    loss_history_ : list of float
        The log-likelihood, in nats a vote, at the parameters that enter each step; with "addition"
        the penalised one. It never falls.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("t1", "a", 1), ("t1", "b", 1), ("t1", "c", 0)]
    >>> rows += [("t2", "a", 0), ("t2", "b", 0), ("t2", "c", 0)]
    >>> frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
    >>> DawidSkene(n_iter=100).fit_predict(frame).to_dict()
    {'t1': 1, 't2': 0}
    """

    n_iter: int = 100
    tol: float = 1e-5
    initial_error_strategy: Literal["assign", "addition"] | None = None
    labels_: pd.Series = field(init=False, repr=False)
    probas_: pd.DataFrame = field(init=False, repr=False)
    priors_: pd.Series = field(init=False, repr=False)
    errors_: pd.DataFrame = field(init=False, repr=False)
    loss_history_: list[float] = field(init=False, repr=False)

    _family: ClassVar[FamilyName] = "full"

    def fit(
        self,
        data: pd.DataFrame,
        true_labels: pd.Series | None = None,
        initial_error: pd.DataFrame | None = None,
    ) -> Self:
        """Fit the model.

        Parameters
        ----------
        data : pandas.DataFrame
            One vote a row: task, worker, label. A row that occurs twice counts twice.
        true_labels : pandas.Series, optional
            Known labels by task; they are kept in every step. Other tasks are left out.
        initial_error : pandas.DataFrame, optional
            Counts, or with "assign" also rates, in the layout of `errors_`.

        Returns
        -------
        Self
            The same object.

        Raises
        ------
        KeyError
            If a column is not there.
        VoteError
            If arguments cannot be used, a value is missing, or true labels contradict each other.

        Warns
        -----
        ConvergenceWarning
            If EM had not converged after `n_iter` steps.
        IdentifiabilityWarning
            If the votes cannot tell the model's parameters; the message names the cause.
        """
        check_arguments(self.n_iter, self.tol, self.initial_error_strategy)
        frame = vote_columns(data)
        if not len(frame):
            return self._empty()
        if self.initial_error_strategy is None:
            initial_error = None
        coded = coded_frame(frame, labels_beside(true_labels, initial_error))
        assigned = added = None
        if initial_error is not None and self.initial_error_strategy == "assign":
            assigned = coded.rates_of(initial_error)
        elif initial_error is not None:
            added = coded.counts_of(initial_error)
        posterior = self._climb(coded, coded.truth(true_labels), assigned, added)
        counts = answers_before_classes(expected_counts(coded.votes, posterior))
        family = family_of(self._family, len(coded.labels), len(coded.labels))
        rates = family.m_step(counts if added is None else counts + added)
        if assigned is not None and self.n_iter == 0:
            rates = assigned
        self._keep(coded, posterior, rates, added)
        return self

    def fit_predict(
        self,
        data: pd.DataFrame,
        true_labels: pd.Series | None = None,
        initial_error: pd.DataFrame | None = None,
    ) -> pd.Series:
        """Fit the model, and return `labels_`; see :meth:`fit`."""
        return self.fit(data, true_labels, initial_error).labels_

    def fit_predict_proba(
        self,
        data: pd.DataFrame,
        true_labels: pd.Series | None = None,
        initial_error: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Fit the model, and return `probas_`; see :meth:`fit`."""
        return self.fit(data, true_labels, initial_error).probas_

    def _climb(
        self,
        coded: CodedFrame,
        truth: NDArray[np.int64],
        assigned: NDArray[np.float64] | None,
        added: NDArray[np.float64] | None,
    ) -> NDArray[np.float64]:
        """Return the posterior after the last E-step, shape (task, label), and keep the losses."""
        votes, known = coded.votes, truth != UNKNOWN
        posterior = vote_share(votes).shares
        posterior[known] = np.eye(votes.n_answers)[truth[known]]
        self.loss_history_ = []
        if self.n_iter == 0:
            return posterior
        start = None
        if assigned is not None:
            start = assigned.transpose(0, 2, 1), posterior.mean(axis=0)
        with warnings.catch_warnings():
            # the one below names the argument that is here
            warnings.simplefilter("ignore", ConvergenceWarning)
            fit = fit_dawid_skene(
                votes,
                n_classes=votes.n_answers,
                truth=truth,
                pseudo_count=0.0 if added is None else self._pseudo_count(added),
                start=start,
                family=self._family,
                accelerate=False,
                tol=max(self.tol, 0.0),
                max_steps=self.n_iter - 1,  # its last E-step, which gives the posterior, is apart
            )
        losses = np.append(fit.objective_trace, fit.objective) / votes.n_votes
        self.loss_history_ = losses.tolist()
        if not fit.converged and self.n_iter > 1:
            warnings.warn(
                f"EM has not converged after n_iter={self.n_iter} steps (the last one gained "
                f"{losses[-1] - losses[-2]:.3g} nats a vote): give a larger n_iter or tol",
                ConvergenceWarning,
                stacklevel=3,
            )
        return fit.posterior

    def _pseudo_count(self, added: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return counts of shape (worker, answer, label) as the family's pseudo-counts."""
        return added.transpose(0, 2, 1)

    def _keep(
        self,
        coded: CodedFrame,
        posterior: NDArray[np.float64],
        rates: NDArray[np.float64],
        added: NDArray[np.float64] | None,
    ) -> None:
        """Keep what was found, by name."""
        self.probas_ = coded.by_task(posterior)
        self.labels_ = self.probas_.idxmax(axis="columns").rename("agg_label")
        self.priors_ = self.probas_.mean().rename("prior")
        self.errors_ = coded.error_frame(rates, added)

    def _empty(self) -> Self:
        """Keep crowd-kit's results of no votes."""
        pd = pandas()
        self.probas_, self.errors_ = pd.DataFrame(), pd.DataFrame()
        self.labels_ = pd.Series(dtype=float, name="agg_label")
        self.priors_ = pd.Series(dtype=float, name="prior")
        self.loss_history_ = []
        return self


@dataclass(eq=False)
class OneCoinDawidSkene(DawidSkene):
    """Dawid & Skene's model where a worker is right with one probability, whatever the true label.

    As :class:`DawidSkene`; and `true_labels` and `initial_error`, which crowd-kit has for that
    class alone, can be given here, too.

    Attributes
    ----------
    skills_ : pandas.Series
        Each worker's probability to be right, named "skill".
    """

    skills_: pd.Series = field(init=False, repr=False)

    _family: ClassVar[FamilyName] = "one-coin"

    def _pseudo_count(self, added: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many of the counts are right and how many wrong."""
        right = np.einsum("waa->w", added)
        return np.stack((right, added.sum(axis=(1, 2)) - right), axis=1)

    def _keep(
        self,
        coded: CodedFrame,
        posterior: NDArray[np.float64],
        rates: NDArray[np.float64],
        added: NDArray[np.float64] | None,
    ) -> None:
        super()._keep(coded, posterior, rates, added)
        index = coded.workers.rename("worker")
        self.skills_ = pandas().Series(rates[:, 0, 0], index=index, name="skill")


def check_arguments(n_iter: Any, tol: Any, strategy: str | None) -> None:
    """Refuse arguments that have no meaning."""
    if not is_at_least(0, n_iter, Integral):
        raise VoteError(f"n_iter={n_iter!r}: give a whole number, 0 or more")
    if not isinstance(tol, Real) or np.isnan(float(tol)):
        raise VoteError(f"tol={tol!r}: give the least gain of a step, in nats a vote")
    if strategy not in (None, *STRATEGIES):
        raise VoteError(
            f"Invalid initial_error_strategy: {strategy!r}, should be 'assign' or 'addition'"
        )
