"""One page on anyone's own votes, which stands by itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...comparison.comparison import VotesComparison
from ...defaults import SHOWN_RATERS
from ...diagnostics.report import ModelReport
from ...errors import check_types
from ...figures import figure_bytes, rater_figures, take_caption
from ...raters.report import RaterReport
from ..layout import asset, rendered
from .methods import method_tables
from .tables import (
    class_table,
    confusion_table,
    copy_groups,
    item_table,
    pair_table,
    rater_table,
    shown_names,
)

TITLES = {
    "error_rates": "Each rater's error rates",
    "agreement": "Which raters agree with which",
    "model_check": "Items of each kind, observed and expected",
    "more_votes": "What more votes would buy",
}
# A label is called sure from this probability on.
SURE = 0.95


class Picture(NamedTuple):
    """A picture of the page: its name, its content for the page, and what it shows."""

    name: str
    title: str
    png: str
    caption: str


def votes_page(
    report: RaterReport,
    model: ModelReport,
    methods: VotesComparison | None = None,
    *,
    title: str = "Your votes",
) -> str:
    """Make one page on anyone's own votes: labels, raters, pairs, and whether the model holds.

    It stands by itself and asks nothing of any network; its tables are sorted and filtered in the
    browser. Names are shown as they are, long ones cut to their beginning and end.

    Parameters
    ----------
    report : RaterReport
        From :func:`analysis.report_on_votes`.
    model : ModelReport
        From `model_report_on_votes` of `analysis.diagnostics.report`, of the same fit.
    methods : VotesComparison, optional
        From :func:`analysis.compare_on_votes`, of the same votes. Default: the page has no section
        on methods.
    title : str
        Of the page.

    Returns
    -------
    str
        HTML; some 3 MB for 3,000 raters and 50,000 items.
    """
    check_types(votes_page, locals())
    fit, pairs = report.fit, report.pairs
    classes = shown_names(report.class_names)
    data = {
        "classes": class_table(fit, classes),
        "items": item_table(fit, model.gain, classes),
        "raters": rater_table(report, classes),
        "confusions": confusion_table(fit, classes),
        "pairs": pair_table(pairs),
    }
    sure = fit.posterior.max(axis=1) >= SURE
    told = np.zeros(len(sure), bool) if fit.clamped is None else fit.clamped.any(axis=1)
    return rendered(
        "votes/votes.html",
        title=title,
        style=asset("votes/votes.css"),
        script=asset("votes/tables.js", "votes/page.js"),
        data=data,
        pictures={picture.name: picture for picture in pictures_of(report, model)},
        n_items=f"{fit.votes.n_items:,}",
        n_raters=f"{fit.votes.n_raters:,}",
        n_votes=f"{fit.votes.n_votes:,}",
        n_classes=fit.n_classes,
        sure=f"{100 * SURE:g}",
        n_sure=f"{int((sure & ~told).sum()):,}",
        n_told=f"{int(told.sum()):,}" if told.any() else None,
        most=f"{report.quality.prior_bits:.2f}",
        alpha=report.agreement.krippendorff_alpha,
        percent=report.agreement.percent,
        n_tested=f"{int(pairs.tested.sum()):,}",
        n_listed=len(data["pairs"]["columns"][0]["values"]),
        copies=copy_groups(pairs),
        checks=model.checks,
        unchecked=model.unchecked,
        methods=[] if methods is None else method_tables(methods),
        shown_raters=SHOWN_RATERS,
        mean_gain=f"{model.gain.mean():.4f}",
    )


def pictures_of(report: RaterReport, model: ModelReport) -> Iterator[Picture]:
    """Draw what there is to draw; captions stand below pictures, as text of the page."""
    for name, figure in rater_figures(report, model).items():
        caption = take_caption(figure)
        png = base64.b64encode(figure_bytes(figure, "png")).decode("ascii")
        yield Picture(name, TITLES[name], png, caption)
