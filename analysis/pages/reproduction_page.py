"""One run's numbers and picture as one page that stands by itself."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from ..release.release import Release
from ..reproduction import Reproduction
from .layout import asset, rendered


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
    differences = [entry for line in reproduction.comparisons for entry in line.differences]
    return rendered(
        "reproduction/report.html",
        title=_title(release, reproduction),
        style=asset("reproduction/report.css"),
        simulated=release.simulated,
        comparisons=reproduction.comparisons,
        differences=differences,
        picture=picture,
        numbers=_numbers(reproduction, numbers),
    )


def _title(release: Release, reproduction: Reproduction) -> str:
    subject = "A SIMULATED release" if release.simulated else "The ReaL scores and labels"
    return f"{subject}, recomputed: {'identical' if reproduction.identical else 'NOT identical'}"


def _numbers(reproduction: Reproduction, numbers: dict[str, Any]) -> Sequence[tuple[str, str]]:
    """Say in words what was counted and measured."""
    golden, raters, votes = numbers["golden"], numbers["rater_accuracy"], numbers["votes"]
    original = golden["original_label"]
    return (
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
