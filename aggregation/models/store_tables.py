"""What is summed up over the partitions of a store: its raters, error rates and summary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..table import Table
from ..votes.given import UNKNOWN
from ..votes.known_items import KnownItems
from .aggregated import Aggregated
from .clamped import checked_clamped
from .fit_tables import Columns, Right, error_rate_rows, right_beside_majority, right_of_known
from .known_truth import expected_counts
from .label_tables import Departures, departures, rater_rows
from .store_fit import StoreAggregation, StoreFit
from .summary import summary_of


class StoreTables:
    """Tables of a fit to a store, when all its parts have been added.

    Parameters
    ----------
    fit : StoreFit or StoreAggregation
    known : KnownItems, optional
        Of the store: what comes out right of them is counted, and classes have their names.

    Attributes
    ----------
    right : Right
        How many known items have their class as the likeliest, and as the majority of votes.
    n_right : int
        How many have it as the class that they are given.
    """

    def __init__(self, fit: StoreFit | StoreAggregation, known: KnownItems | None = None) -> None:
        self.fit = fit
        self.names = None if known is None else known.class_names
        truth = None if known is None else known.truth
        self.truth = checked_clamped(truth, fit.votes, fit.n_classes)
        self.counts = np.zeros((fit.votes.n_raters, fit.n_classes, fit.votes.n_answers))
        self.items = np.zeros(fit.n_classes, dtype=np.int64)
        self.departures: Departures | None = None
        self.right, self.n_right = Right(0.0, 0.0, 0), 0
        self.n_added = 0

    def add(self, part: Aggregated) -> None:
        """Add the next of ``fit.parts()``."""
        self.counts += expected_counts(part.votes, part.posterior)
        classes = part.classes()
        self.items += np.bincount(classes[classes >= 0], minlength=len(self.items))
        found, before = departures(part, class_names=self.names), self.departures
        if found is not None:
            both = found if before is None else (a + b for a, b in zip(found, before, strict=True))
            self.departures = Departures(*both)
        if self.truth is not None:
            self._count_right(part, self.truth.rows(self.n_added))
        self.n_added += 1

    def _count_right(self, part: Aggregated, rows: NDArray[np.float64]) -> None:
        truth = np.where(rows.any(axis=1), rows.argmax(axis=1), UNKNOWN)
        found = right_beside_majority(part, truth, class_names=self.names)
        before = self.right
        self.right = Right(
            before.result + found.result,
            before.majority + found.majority,
            before.known + found.known,
        )
        self.n_right += right_of_known(part, truth)[0]

    def rater_table(self) -> Table:
        """Return a row a rater: votes and expected accuracy; see :func:`rater_table`."""
        return rater_rows(self.fit, self.counts, self.names)

    def error_rate_table(self) -> Columns:
        """Return a row for each rater, class and answer; see :func:`error_rate_table`."""
        return error_rate_rows(self.fit, self.counts, self.names)

    def summary(self) -> str:
        """Say in a few lines what was found; see :func:`summary`."""
        names = self.fit.class_names if self.names is None else self.names
        return summary_of(self.fit, names, self.items, self.departures)
