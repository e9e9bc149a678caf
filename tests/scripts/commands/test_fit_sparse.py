"""`reassess fit --method dawid-skene-sparse`: what occurs, written; what does not, said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from aggregation import Votes, fit_sparse_dawid_skene
from aggregation.engine.tables import memory
from benchmarks.data import neighbours

from ...support.commands import Command, refused
from .test_fit import names_in, table_of

N_CLASSES = 60


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Votes on many classes in a file."""
    votes, _ = neighbours(n_items=200, n_raters=40, n_classes=N_CLASSES)
    path = tmp_path / "many.csv"
    rows = zip(votes.items, votes.raters, votes.answers, strict=True)
    lines = [f"i{item},r{rater},c{answer:02}" for item, rater, answer in rows]
    path.write_text("\n".join(["item,rater,label", *lines]) + "\n", encoding="utf-8")
    return path


def test_files_have_what_occurs(reassess: Command, many: Path) -> None:
    ended = reassess(
        "fit", many, "--method", "dawid-skene-sparse", "--set", "candidates=1", "-o", "out"
    )
    assert ended.status == 0
    assert "candidates an item; other classes would have" in ended.err
    assert "there is no next_votes.csv" in ended.err
    fit = fit_sparse_dawid_skene(votes := Votes.read(many), candidates=1)
    expected = {"labels.csv", "raters.csv", "posteriors.parquet", "error_rates.csv", "fit.json"}
    assert set(names_in(Path("out"))) == expected
    labels = table_of(Path("out/labels.csv"))
    of_items = dict(zip(labels["item"], labels["label"], strict=True))
    names = [votes.answer_names[cls] for cls in fit.classes().tolist()]
    assert of_items == dict(zip(votes.item_names, names, strict=True))
    posterior = fit.posterior
    rows = parquet.read_table("out/posteriors.parquet").to_pydict()
    codes = {name: code for code, name in enumerate(votes.answer_names)}
    places = {name: code for code, name in enumerate(votes.item_names)}
    found = np.zeros_like(posterior)
    for item, cls, value in zip(rows["item"], rows["class"], rows["posterior"], strict=True):
        found[places[item], codes[cls]] = value
    np.testing.assert_array_equal(found, posterior)
    assert len(rows["item"]) == len(fit.shares) < 0.1 * posterior.size


def test_error_rates_are_those_of_cells_with_votes(reassess: Command, many: Path) -> None:
    assert reassess("fit", many, "--method", "dawid-skene-sparse", "-o", "out").status == 0
    votes = Votes.read(many)
    fit = fit_sparse_dawid_skene(votes)
    counts = np.zeros((votes.n_raters, N_CLASSES, N_CLASSES))
    for item, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True):
        counts[rater, :, answer] += fit.posterior[item]
    written = table_of(Path("out/error_rates.csv"))
    listed = np.zeros_like(counts)
    rates = fit.answer_probabilities()
    raters = {str(name): code for code, name in enumerate(votes.rater_names)}
    codes = {str(name): code for code, name in enumerate(votes.answer_names)}
    names = (written[column] for column in ("rater", "class", "answer"))
    for row, (rater, cls, answer) in enumerate(zip(*names, strict=True)):
        cell = raters[rater], codes[cls], codes[answer]
        listed[cell] = written["expected_votes"][row]
        assert float(written["rate"][row]) == pytest.approx(rates[cell], rel=1e-12)
    np.testing.assert_allclose(listed, np.where(counts >= 0.005, counts, 0), rtol=1e-9)
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["outside_candidates"]["mean"] == pytest.approx(fit.outside.mean())
    assert numbers["n_candidates"] == len(fit.shares)
    assert list(numbers["class_prior"].values()) == fit.class_prior.tolist()


def test_where_the_default_has_no_room_it_names_this_method(
    reassess: Command, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "memory_bytes", lambda: 5e6)
    message = "take fit_sparse_dawid_skene (--method dawid-skene-sparse)"
    refused(reassess("fit", many), message)
    assert reassess("fit", many, "--method", "dawid-skene-sparse", "-o", "out").status == 0


def test_known_items_keep_their_class(reassess: Command, many: Path) -> None:
    Path("truth.csv").write_text("item,class\ni0,c07\ni1,c59\n", encoding="utf-8")
    method = "--method", "dawid-skene-sparse"
    ended = reassess("fit", many, "--truth", "truth.csv", *method, "-o", "out")
    assert "2 items were known and kept their class" in ended.err
    labels = table_of(Path("out/labels.csv"))
    known = dict(zip(labels["item"], labels["label"], strict=True))
    assert (known["i0"], known["i1"]) == ("c07", "c59")
