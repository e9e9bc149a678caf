"""What more votes would buy: certainty, precision and recall with 1, 2, 3, ... votes an item.

Two answers that stand apart. Votes drawn from the model go on beyond the number of votes that there
are, and rest on the model. The real votes, fewer of them at a time, rest on the raters' error rates
alone; where the truth is known, they are held against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import chain
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import UNKNOWN, Votes, e_step, simulate_votes
from aggregation.kernels.threads import thread_count
from aggregation.votes.given import checked_parameters

from ..defaults import THRESHOLD
from ..errors import AnalysisError, check_types
from ..statistics.estimates import check_count
from ..statistics.precision_recall import precision_recall
from ..statistics.thresholds import check_threshold
from ..tables import to_csv
from .next_vote import entropy

MOST_VOTES = 10
N_ITEMS = 100_000
REPLICATES = 20
# Draws of the votes on known items, as long as these are no more than so many items together.
KNOWN_REPLICATES, MOST_DRAWN = 400, 1_000_000

Source = Literal["simulated", "votes", "known items"]
SIMULATED: Final = "simulated"
REAL: Final = "votes"
KNOWN: Final = "known items"


@dataclass(frozen=True)
class VotesBought:
    """What a number of votes gives, on average over draws.

    Attributes
    ----------
    source : {"simulated", "votes", "known items"}
        Drawn from the model; the real votes, so many of each item; or of those, the known items.
    n_votes : int
        Votes on an item; where an item has fewer, all that it has.
    n_items, draws : int
        Items, and how often votes were drawn.
    entropy : float
        Mean entropy of the posterior, in bits.
    precision, recall : float
        Of the items whose posterior is at least the threshold. Against the truth: the class drawn,
        or known. With the source "votes" there is none, and it is what the posterior expects.
    average_precision : float
        Against the truth; NaN with the source "votes".
    spread : float
        Standard deviation of the average precision over the draws; NaN where there is none.
    cls : int
        Code of the class that precision and recall are of.
    threshold : float
        Least posterior of the class that is kept.
    """

    source: Source
    n_votes: int
    n_items: int
    draws: int
    entropy: float
    precision: float
    recall: float
    average_precision: float
    spread: float
    cls: int
    threshold: float


def more_votes(
    votes: Votes,
    *,
    error_rates: ArrayLike,
    class_prior: ArrayLike,
    truth: ArrayLike | None = None,
    cls: int = -1,
    threshold: float = THRESHOLD,
    most: int | None = None,
    n_items: int = N_ITEMS,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> tuple[VotesBought, ...]:
    """Measure what 1, 2, 3, ... votes an item give: drawn from the model, and of the real votes.

    Error rates count as known, however few the votes: only the items are in doubt.

    Parameters
    ----------
    votes : Votes
    error_rates, class_prior : array_like
        Of a fit, shapes (n_raters, n_classes, n_answers) and (n_classes,).
    truth : array_like of int, shape (n_items,), optional
        Class of each item, or -1 where it is not known.
    cls : int
        The class that precision and recall are about. Default: the last.
    threshold : float
        Least posterior of the class that is kept, in 0..1.
    most : int, optional
        Most votes that are drawn from the model, 1 up to the number of raters with votes. Default:
        10, or all of these.
    n_items : int
        Items that are drawn from the model.
    replicates : int
        Draws of which of the real votes are taken. Of known items, which are few and whose average
        precision moves much from draw to draw, there are more: up to 400.
    seed : int

    Returns
    -------
    tuple of VotesBought
        Simulated with 1 to `most` votes, then the real votes from 1 to the most on an item, then
        the same of the known items.

    Raises
    ------
    VoteError, AnalysisError
        If an argument does not fit the votes, or is out of range.

    Examples
    --------
    >>> from aggregation import fit_dawid_skene, load_anesthesia
    >>> fit = fit_dawid_skene(load_anesthesia())
    >>> parameters = {"error_rates": fit.error_rates, "class_prior": fit.class_prior}
    >>> rows = more_votes(fit.votes, **parameters, most=2, n_items=100, replicates=2)
    >>> [(row.source, row.n_votes) for row in rows[:3]]
    [('simulated', 1), ('simulated', 2), ('votes', 1)]
    """
    check_types(more_votes, locals())
    rates, prior = checked_parameters(votes, error_rates, class_prior)
    check_threshold(threshold)
    active = int(np.count_nonzero(votes.votes_per_rater()))
    most = min(MOST_VOTES, active) if most is None else most
    if most > active:
        raise AnalysisError(f"most={most}: {active} raters have votes, and each votes once")
    for name, value, least in (("most", most, 1), ("replicates", replicates, 1), ("seed", seed, 0)):
        check_count(name, value, least)
    if not -len(prior) <= cls < len(prior):
        raise AnalysisError(f"cls={cls} is none of the {len(prior)} classes, 0..{len(prior) - 1}")
    known = None if truth is None else _known(truth, votes.n_items)
    drawn = simulate_votes(
        rates,
        class_prior=prior,
        n_items=n_items,
        votes_per_item=most,
        rater_weights=votes.votes_per_rater(),
        seed=seed,
    )
    model = _Model(rates, prior, cls % len(prior), threshold)
    rows = model.measure(SIMULATED, drawn.votes, drawn.truth, 1, seed)
    rows += model.measure(REAL, votes, None, replicates, seed)
    if known is not None:
        items, classes = known
        most_draws = min(KNOWN_REPLICATES, MOST_DRAWN // max(len(items), 1))
        draws = max(replicates, most_draws)
        rows += model.measure(KNOWN, votes.select(items), classes, draws, seed)
    return tuple(rows)


def _known(truth: ArrayLike, n_items: int) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the items whose class is known, and their classes."""
    given = np.asarray(truth)
    if given.shape != (n_items,) or given.dtype.kind not in "iub":
        raise AnalysisError(
            f"truth of shape {given.shape} and type {given.dtype} does not fit {n_items} items: "
            "give a class an item, or -1 where it is not known"
        )
    items = np.flatnonzero(given != UNKNOWN)
    return items, given[items].astype(np.int64)


class _Model(NamedTuple):
    """Error rates and prior that count as known, and what is measured with them."""

    rates: NDArray[np.float64]
    prior: NDArray[np.float64]
    cls: int
    threshold: float

    def measure(
        self,
        source: Source,
        votes: Votes,
        classes: NDArray[np.int64] | None,
        draws: int,
        seed: int,
    ) -> list[VotesBought]:
        """Measure each number of votes, on average over draws; of all votes there is one draw."""
        most = int(np.diff(votes.starts).max())
        fits = None if classes is None else classes == self.cls
        measured: list[list[tuple[float, ...]]] = [[] for _ in range(most)]
        # which refuses votes that are impossible: where all are possible, so are fewer
        of_all = e_step(votes, error_rates=self.rates, class_prior=self.prior).posterior
        by_code = np.ascontiguousarray(self.rates.swapaxes(1, 2)).reshape(-1, len(self.prior))

        def measure_draw(number: int) -> list[tuple[float, ...]]:
            place = random_places(votes, np.random.default_rng((seed, number)))
            known = votes, place, by_code, self.prior
            fewer = (posterior_of_first(n, *known) for n in range(1, most))
            posteriors = chain(fewer, [of_all] if number == 0 else [])
            return [self._judged(posterior, fits) for posterior in posteriors]

        with ThreadPoolExecutor(thread_count(None, draws * votes.n_votes)) as pool:
            for of_draw in pool.map(measure_draw, range(draws)):
                for rows, row in zip(measured, of_draw, strict=False):
                    rows.append(row)
        return [
            VotesBought(
                source,
                n_votes,
                votes.n_items,
                len(rows),
                *_means_and_spread(rows),
                cls=self.cls,
                threshold=self.threshold,
            )
            for n_votes, rows in enumerate(measured, start=1)
        ]

    def _judged(
        self, posterior: NDArray[np.float64], fits: NDArray[np.bool_] | None
    ) -> tuple[float, float, float, float]:
        """Entropy, precision, recall and average precision."""
        bits = float(entropy(posterior).mean())
        scores = posterior[:, self.cls]
        if fits is not None and not fits.any():
            return bits, np.nan, np.nan, np.nan
        if fits is None:
            kept = scores[scores >= self.threshold]
            expected = kept.sum() / scores.sum()
            return bits, float(kept.mean()) if len(kept) else np.nan, float(expected), np.nan
        curve = precision_recall(scores, truth=fits)
        point = curve.at(self.threshold)
        return bits, point.precision, point.recall, curve.average_precision


def _means_and_spread(rows: list[tuple[float, ...]]) -> tuple[float, float, float, float, float]:
    entropy, precision, recall, average_precision = np.mean(rows, axis=0).tolist()
    return entropy, precision, recall, average_precision, float(np.std(rows, axis=0)[-1])


def posterior_of_first(
    n_votes: int,
    votes: Votes,
    place: NDArray[np.int64],
    by_code: NDArray[np.float64],
    prior: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Posterior given the first so many votes of each item, or all where there are fewer."""
    from .kernels import fill_posterior  # Numba takes a third of a second to import

    posterior = np.empty((votes.n_items, len(prior)))
    fill_posterior(votes.starts, votes.codes, place, n_votes, by_code, prior, posterior)
    return posterior


def random_places(votes: Votes, rng: np.random.Generator) -> NDArray[np.int64]:
    """Put each item's votes in random order: the place 0, 1, ... of each vote, (n_votes,)."""
    from .kernels import rank_votes

    place = np.empty(votes.n_votes, dtype=np.int64)
    rank_votes(votes.starts, rng.random(votes.n_votes), place)
    return place


def more_votes_csv(rows: Sequence[VotesBought]) -> str:
    """Return what more votes would buy as csv, a row for each source and number of votes.

    Parameters
    ----------
    rows : sequence of VotesBought

    Returns
    -------
    str
        Columns: the fields of :class:`VotesBought`.
    """
    names = [field.name for field in fields(VotesBought)]
    return to_csv({name: [getattr(row, name) for row in rows] for name in names})
