"""One run's numbers and picture as one page that stands by itself."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

from aggregation.errors import printable

from ..release.release import Release
from ..reproduction import Reproduction
from .layout import STYLE, row, table

HOW = """
<p>The scores are one E-step of Dawid &amp; Skene (1979) with two latent classes, the label fits or
it does not, and three answers, no, maybe and yes. Nothing is iterated.</p>
<ol>
<li>On the golden questions a label fits where at least 3 experts say yes.</li>
<li>A rater's error rates are the rater's answers to the golden questions, counted by that truth,
with 1 added to each of the three answers. Raters without golden answers have the mean of the
others.</li>
<li>The class prior is the share of golden questions that fit.</li>
<li>The original ILSVRC label is one more rater, of the animal classes (labels 0 to 397) only: it
says yes to its own label and no to the others. Its error rates are counted on all golden questions,
and there a label fits where at least 2 experts say yes.</li>
<li>For each class the likelihoods of a question's votes are multiplied in the order of the raters,
then by the original label's, then by the prior, in double precision. The score is the share of the
class &ldquo;fits&rdquo;.</li>
</ol>
<p>The label file keeps the labels whose score is at least 0.8. An image without questions keeps its
original label. Within an image the labels stand in the order in which a CPython 3.5 or 3.6 set of
all the image's labels is iterated.</p>
"""

ALT = "Precision and recall on the golden questions"

CAVEAT = """
<p>The error rates were estimated on the same golden questions that the curve is measured on, so it
flatters the scores somewhat.</p>
"""


def report_html(
    release: Release, reproduction: Reproduction, numbers: dict[str, Any], figure3_png: bytes
) -> str:
    """Write the page of one run, with the picture inside.

    Parameters
    ----------
    release : Release
    reproduction : Reproduction
    numbers : dict
        What :func:`summary` gives.
    figure3_png : bytes
        Figure 3.

    Returns
    -------
    str
        HTML.
    """
    picture = base64.b64encode(figure3_png).decode("ascii")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{_title(release, reproduction)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{_title(release, reproduction)}</h1>",
            _simulated(release),
            _comparison_table(reproduction),
            _differences(reproduction),
            "<h2>How the scores were made</h2>",
            HOW,
            "<h2>Figure 3</h2>",
            f'<img alt="{ALT}" src="data:image/png;base64,{picture}">',
            CAVEAT,
            "<h2>Numbers</h2>",
            _number_table(reproduction, numbers),
            "</body></html>\n",
        )
    )


def _title(release: Release, reproduction: Reproduction) -> str:
    subject = "A SIMULATED release" if release.simulated else "The ReaL scores and labels"
    return f"{subject}, recomputed: {'identical' if reproduction.identical else 'NOT identical'}"


def _simulated(release: Release) -> str:
    if not release.simulated:
        return ""
    return (
        '<p class="simulated">SIMULATED: these votes were drawn from a model. They say nothing '
        "about ImageNet.</p>"
    )


def _comparison_table(reproduction: Reproduction) -> str:
    return table(
        ("What", "Published", "Recomputed", "Identical"),
        [
            row(line.what, line.published, line.recomputed, verdict=line.identical)
            for line in reproduction.comparisons
        ],
    )


def _differences(reproduction: Reproduction) -> str:
    found = [
        escape(printable(entry)) for line in reproduction.comparisons for entry in line.differences
    ]
    if not found:
        return ""
    return (
        "<h2>First differences</h2><ul>" + "".join(f"<li>{entry}</li>" for entry in found) + "</ul>"
    )


def _number_table(reproduction: Reproduction, numbers: dict[str, Any]) -> str:
    golden, raters, votes = numbers["golden"], numbers["rater_accuracy"], numbers["votes"]
    original = golden["original_label"]
    rows = (
        (
            "votes, questions, raters",
            f"{votes['votes']:,}, {votes['questions']:,}, {votes['raters']}",
        ),
        (
            "golden questions, those that fit, images",
            f"{golden['questions']:,}, {golden['fits']:,}, {golden['images']:,}",
        ),
        (
            "original label on golden questions: precision, recall",
            f"{original['precision']:.5f}, {original['recall']:.5f}",
        ),
        (
            "accuracy of the raters with golden answers: median, least, most",
            f"{raters['median']:.5f}, {raters['least']:.5f}, {raters['most']:.5f}",
        ),
        ("thresholds that give the same labels", str(reproduction.interval)),
        (
            "versions",
            ", ".join(f"{package} {version}" for package, version in numbers["versions"].items()),
        ),
    )
    return table(("What", "Value"), [row(*cells) for cells in rows])
