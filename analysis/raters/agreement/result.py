"""Agreement of all raters, as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregation import Votes

from ...statistics.estimates import Estimate
from .coefficients import Scale, is_number
from .kinds import count_repeats


@dataclass(frozen=True)
class Agreement:
    """Agreement of all raters, with bootstrap intervals over items.

    Intervals of the fields are for other items and the same raters: "items". Those of
    `items_and_raters` are for other raters, too, and wider.

    Attributes
    ----------
    scale : {"nominal", "ordinal", "interval"}
        How far two different answers are apart.
    answers : tuple
        In the order that was used; it matters on the ordinal scale.
    n_items : int
        Items with a vote.
    n_votes : int
    n_repeats : int
        Of these, votes of a rater on an item beyond the first, which are no second rater's.
    percent : Estimate
        Chance that two votes on the same item agree (weighted by how near they are), 0..1.
    fleiss_kappa : Estimate
        Fleiss's kappa, for two votes an item Scott's pi; weighted on an ordinal or interval scale.
    krippendorff_alpha : Estimate
        Krippendorff's alpha.
    gwet_ac : Estimate
        Gwet's AC1 on a nominal scale, AC2 on the others.
    items_and_raters : dict of str to Estimate
        The same four with intervals in which raters are a sample, too: the variance over items, by
        the bootstrap, and over raters, by the jackknife, are added. NaN with two raters.
    reason : str
        Why there are no coefficients; empty where there are.

    Notes
    -----
    On the ordinal scale two answers are, to Krippendorff's alpha, as far apart as there are votes
    between them (half of the two answers' own included), squared. The other coefficients have
    Gwet's ordinal weights, which count the answers between them, however often they were given.
    """

    scale: Scale
    answers: tuple[Any, ...]
    n_items: int
    n_votes: int
    n_repeats: int
    percent: Estimate
    fleiss_kappa: Estimate
    krippendorff_alpha: Estimate
    gwet_ac: Estimate
    items_and_raters: dict[str, Estimate]
    reason: str = ""

    @property
    def alphabetical(self) -> bool:
        """Whether the answers are words in alphabetical order, which may mean nothing."""
        words = [str(answer) for answer in self.answers]
        return len(words) > 1 and not any(map(is_number, words)) and words == sorted(words)


def result_of(
    votes: Votes,
    scale: Scale,
    found: dict[str, Estimate],
    *,
    items_and_raters: dict[str, Estimate] | None = None,
    reason: str = "",
) -> Agreement:
    """Put coefficients, or the reason why there are none, beside what was counted."""
    undefined = Estimate(*[float("nan")] * 3)
    return Agreement(
        scale=scale,
        answers=tuple(votes.answer_names),
        n_items=int(np.count_nonzero(np.diff(votes.starts))),
        n_votes=votes.n_votes,
        n_repeats=count_repeats(votes),
        percent=found.get("percent", undefined),
        fleiss_kappa=found.get("fleiss_kappa", undefined),
        krippendorff_alpha=found.get("krippendorff_alpha", undefined),
        gwet_ac=found.get("gwet_ac", undefined),
        items_and_raters=items_and_raters or {},
        reason=reason,
    )
