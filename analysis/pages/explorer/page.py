"""The explorer: a page on which an operating point is chosen by looking, and taken along."""

from __future__ import annotations

from typing import Any

import numpy as np

from aggregation import Aggregated, KnownItems

from ...defaults import REPLICATES, THRESHOLD
from ...errors import AnalysisError, check_types
from ...release.files.questions import N_ANIMALS
from ...release.published import EXPERTS_FOR_RATERS
from ...release.release import Release
from ..layout import asset, rendered
from .release_data import release_data
from .votes_data import votes_data

# In order: each uses what stands above it.
SCRIPTS = ("unpack", "draws", "statistics", "files", "labelled", "plot", "page")


def explorer_page(release: Release, *, replicates: int = REPLICATES) -> str:
    """Make a page on which operating points of a release are explored.

    It stands by itself and asks nothing of any network: curve and band, precision and recall with
    intervals, what is kept, what changes against the published labels, examples with their votes,
    and the label file of any threshold of four decimals, with its record.

    Parameters
    ----------
    release : Release
    replicates : int
        Bootstrap replicates over the golden images, 1 or more.

    Returns
    -------
    str
        HTML, 0.9 MB for the published release.

    Raises
    ------
    AnalysisError
        If `replicates` is out of range, or no golden question's label fits.
    """
    check_types(explorer_page, locals())
    golden = release.golden
    subject = "the SIMULATED release" if release.simulated else "ReaL"
    return _page(
        release_data(release, replicates=replicates),
        title=f"Operating points of {subject}",
        simulated=release.simulated,
        groups={"all": "all labels", "animals": "animals", "others": "others"},
        n_golden=f"{len(golden.questions):,}",
        n_golden_images=f"{len(np.unique(release.golden_images())):,}",
        n_experts=golden.experts.n_raters,
        at_least=EXPERTS_FOR_RATERS,
        last_animal=N_ANIMALS - 1,
        back=THRESHOLD,
    )


def votes_explorer_page(fit: Aggregated, known: KnownItems, *, replicates: int = REPLICATES) -> str:
    """Make a page on which it is explored how sure a label of one's own votes must be.

    As :func:`explorer_page`, of any fit: an item has each class whose posterior is at least the
    threshold, so it may have several, or none. Precision and recall are those of the known items.

    Parameters
    ----------
    fit : Aggregated
        For honest numbers, one that was not told the known items' classes, or that was only started
        from them (``truth_role="start"``).
    known : KnownItems
        Of the same items, in the fit's classes.
    replicates : int
        Bootstrap replicates over the known items, 1 or more; of more than 2,000 known items fewer
        are drawn, 200 at least.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    AnalysisError
        If `replicates` is out of range, no item is known, or the fit has other items or classes.
    """
    check_types(votes_explorer_page, locals())
    if fit.posterior.shape != (len(known.truth), len(known.class_names)):
        raise AnalysisError(
            f"a fit of {fit.posterior.shape} items and classes does not go with known items of "
            f"{(len(known.truth), len(known.class_names))}"
        )
    n_known = int((known.truth >= 0).sum())
    if not n_known:
        raise AnalysisError("no item's class is known, so there is no precision and no recall")
    return _page(
        votes_data(fit, known, replicates=replicates),
        title="How sure must a label be?",
        simulated=False,
        groups={"all": "all labels"},
        n_golden=f"{n_known:,}",
        back=0.5,
    )


def _page(data: dict[str, Any], **words: Any) -> str:
    return rendered(
        "explorer/explorer.html",
        style=asset("explorer/explorer.css"),
        script=asset(*(f"explorer/{name}.js" for name in SCRIPTS)),
        data=data,
        kind=data["kind"],
        **words,
    )
