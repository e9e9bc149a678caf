"""The explorer: a page on which an operating point is chosen by looking, and taken along."""

from __future__ import annotations

from ..defaults import REPLICATES, THRESHOLD
from ..release.files.questions import N_ANIMALS
from ..release.published import EXPERTS_FOR_RATERS
from ..release.release import Release
from .explorer_data import explorer_data
from .layout import asset, rendered

# In order: each uses what stands above it.
SCRIPTS = ("unpack", "draws", "statistics", "files", "release", "plot", "page")


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
    golden = release.golden
    subject = "the SIMULATED release" if release.simulated else "ReaL"
    return rendered(
        "explorer/explorer.html",
        title=f"Operating points of {subject}",
        simulated=release.simulated,
        n_golden=f"{len(golden.questions):,}",
        n_golden_images=f"{len(set(release.golden_images().tolist())):,}",
        n_experts=golden.experts.n_raters,
        at_least=EXPERTS_FOR_RATERS,
        last_animal=N_ANIMALS - 1,
        published=THRESHOLD,
        style=asset("explorer/explorer.css"),
        script=asset(*(f"explorer/{name}.js" for name in SCRIPTS)),
        data=explorer_data(release, replicates=replicates),
    )
