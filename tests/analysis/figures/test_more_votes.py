"""What more votes buy names class and threshold, and known items only where there are any."""

from __future__ import annotations

from matplotlib.figure import Figure

from analysis.diagnostics.more_votes import KNOWN, REAL, SIMULATED, Source, VotesBought
from analysis.figures import more_votes_figure

from ...support.figures import texts

CLASSES = ["cat", "a $ sign"]


def bought(source: Source, n_votes: int, cls: int = 1) -> VotesBought:
    measured = {"entropy": 0.4, "precision": 0.9, "recall": 0.7, "average_precision": 0.8}
    return VotesBought(source, n_votes, 1200, 3, **measured, spread=0.1, cls=cls, threshold=0.65)


def drawn(*sources: Source, golden: bool = False) -> Figure:
    rows = [bought(source, n_votes) for source in sources for n_votes in (1, 2)]
    return more_votes_figure(rows, class_names=CLASSES, golden=golden)


def test_class_and_threshold_are_named() -> None:
    said = texts(drawn(SIMULATED, REAL))
    assert r"| precision where P(a \$ sign) ≥ 0.65 |" in said
    assert r"| recall where P(a \$ sign) ≥ 0.65 |" in said
    assert r"items whose posterior of a \$ sign is 0.65 or more" in said
    of_cats = more_votes_figure([bought(SIMULATED, 1, cls=0)], class_names=CLASSES)
    assert "| average precision of cat |" in texts(of_cats)


def test_known_items_are_explained_where_there_are_any() -> None:
    assert "nown items" not in texts(drawn(SIMULATED, REAL))
    assert "olden" not in texts(drawn(SIMULATED, REAL, golden=True)).replace("| real", "")
    known = texts(drawn(SIMULATED, REAL, KNOWN))
    assert "Known items: the 1,200 of these whose class is known" in known
    assert "olden" not in known
    golden = texts(drawn(SIMULATED, REAL, KNOWN, golden=True))
    assert "| real votes on golden questions |" in golden
    assert "nown items" not in golden


def test_lines_are_what_was_measured() -> None:
    axes = drawn(SIMULATED, KNOWN).axes[3]
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0.7, 0.7]] * 2  # type: ignore[union-attr]
    assert axes.get_ylim()[1] - axes.get_ylim()[0] >= 0.004 - 1e-12
