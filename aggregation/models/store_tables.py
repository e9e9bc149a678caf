"""What is summed up over the partitions of a store: its raters, error rates and summary."""

from __future__ import annotations

import numpy as np

from ..table import Table
from .fit import Fit
from .fit_tables import Columns, error_rate_rows
from .known_truth import expected_counts
from .label_tables import Departures, departures, rater_rows
from .scoring import Scores, StoreScores
from .store_fit import StoreFit
from .summary import summary_of


class StoreTables:
    """Tables of a fit to a store, or of its scores, when all its parts have been added.

    Parameters
    ----------
    fit : StoreFit, StoreScores or Scores
    """

    def __init__(self, fit: StoreFit | StoreScores | Scores) -> None:
        self.fit = fit
        self.counts = np.zeros(fit.answer_probabilities().shape)
        self.items = np.zeros(fit.n_classes, dtype=np.int64)
        self.departures: Departures | None = None

    def add(self, part: Fit | Scores) -> None:
        """Add one of ``fit.parts()``."""
        self.counts += expected_counts(part.votes, part.posterior)
        self.items += np.bincount(part.classes(), minlength=len(self.items))
        found, before = departures(part), self.departures
        if found is not None:
            both = found if before is None else (a + b for a, b in zip(found, before, strict=True))
            self.departures = Departures(*both)

    def rater_table(self) -> Table:
        """Return a row a rater: votes and expected accuracy; see :func:`rater_table`."""
        return rater_rows(self.fit, self.counts)

    def error_rate_table(self) -> Columns:
        """Return a row for each rater, class and answer; see :func:`error_rate_table`."""
        return error_rate_rows(self.fit, self.counts)

    def summary(self) -> str:
        """Say in a few lines what was found; see :func:`summary`."""
        return summary_of(self.fit, self.fit.class_names, self.items, self.departures)
