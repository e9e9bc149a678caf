"""Optimism: how much better the recipe looks on the questions that it was estimated from."""

from __future__ import annotations

from dataclasses import dataclass

from ...defaults import CONFIDENCE, REPLICATES, THRESHOLD
from ...release.published import published_scores
from ...release.release import Release
from ...statistics.bands import Bands, paired_difference
from ...statistics.estimates import Estimate
from ...statistics.thresholds import check_threshold
from ...tables import to_csv
from ..golden_curves import golden_bands
from .out_of_sample import out_of_sample_scores


@dataclass(frozen=True, eq=False)
class InAndOutOfSample:
    """The curve of the recipe's scores in sample and out of sample.

    Attributes
    ----------
    in_sample : Bands
        Of the scores as published, whose error rates were counted on these questions, too.
    out_of_sample : Bands
        Of scores whose error rates, class prior and original label's rates were counted without
        the image that is scored.
    optimism : Estimate
        Average precision in sample less that out of sample; the interval is a paired one, over
        images, given both sets of scores: other golden images would have changed those, too.
    threshold : float
        Of the operating point.
    n_experts : int
        Number of experts behind the truth.
    simulated : bool
        Whether the release is a simulated one.
    """

    in_sample: Bands
    out_of_sample: Bands
    optimism: Estimate
    threshold: float
    n_experts: int
    simulated: bool


def in_and_out_of_sample(
    release: Release,
    *,
    threshold: float = THRESHOLD,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
    threads: int | None = None,
) -> InAndOutOfSample:
    """Measure the recipe of the published scores in sample and leaving one image out.

    Parameters
    ----------
    release : Release
    threshold : float
        Of the operating point, in 0..1.
    confidence, replicates, seed, threads
        As for :func:`precision_recall_bands`.

    Returns
    -------
    InAndOutOfSample

    Raises
    ------
    AnalysisError
        If a value is out of range, or there are fewer than 2 golden images.
    """
    check_threshold(threshold)
    fitted, left_out = (
        golden_bands(
            release,
            scores,
            confidence=confidence,
            replicates=replicates,
            seed=seed,
            threads=threads,
        )
        for scores in (
            published_scores(release)[release.golden.questions],
            out_of_sample_scores(release),
        )
    )
    return InAndOutOfSample(
        in_sample=fitted,
        out_of_sample=left_out,
        optimism=paired_difference(fitted, left_out),
        threshold=threshold,
        n_experts=release.golden.experts.n_raters,
        simulated=release.simulated,
    )


def bands_csv(data: InAndOutOfSample) -> str:
    """Return both curves and their bands as csv: one row a recall.

    Parameters
    ----------
    data : InAndOutOfSample

    Returns
    -------
    str
        Columns: recall; precision_in_sample and precision_out_of_sample, each followed by _low
        and _high, the ends of its interval.
    """
    columns = {"recall": data.in_sample.recalls}
    for name, bands in (("in_sample", data.in_sample), ("out_of_sample", data.out_of_sample)):
        columns |= {
            f"precision_{name}": bands.precision,
            f"precision_{name}_low": bands.low,
            f"precision_{name}_high": bands.high,
        }
    return to_csv(columns)
