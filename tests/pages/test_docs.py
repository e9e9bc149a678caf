"""The pages in docs/ do what they say: their code is run as it stands."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from aggregation import METHODS, VoteStore
from aggregation.models.catalogue import DEFAULT_METHOD
from analysis import Release, make_labels, real_accuracy, recalibrate
from analysis.release.files.questions import image_name

from ..support.bad_releases import linked
from ..support.commands import Command
from ..support.page_code import blocks, printed_by, run_page
from ..support.stores import shuffled_table, write_csv

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"")


def prepare(release: Release, monkeypatch: pytest.MonkeyPatch) -> np.ndarray[Any, Any]:
    """Put the files that the page on label files reads into the current folder."""
    folder = linked(release.folder, Path("release").resolve())
    (folder / "fnames_clean.txt").write_text("n90000003_1.JPEG\nn90000007_25.JPEG\n")
    for name in ("n90000003_1", "n90000003_2", "n90000007_1"):
        path = Path("train") / name.partition("_")[0] / f"{name}.JPEG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setenv("REASSESS_DATA", str(folder))
    rng = np.random.default_rng(5)
    predictions = release.original_labels.astype(np.int64)
    wrong = rng.random(len(predictions)) < 0.3
    predictions[wrong] = rng.integers(0, 1000, wrong.sum())
    order = rng.permutation(len(predictions))
    np.save("predictions.npy", predictions)
    np.save("unsorted_predictions.npy", predictions[order])
    Path("names.txt").write_text("\n".join(image_name(i + 1) for i in order.tolist()))
    return predictions


def test_label_files(
    reassess: Command,
    simulated: Release,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    predictions = prepare(simulated, monkeypatch)
    page = run_page(DOCS / "using-label-files.md", reassess, compare=False)
    labels = make_labels(simulated, threshold=0.9)
    assert json.loads(Path("real-0.9.json").read_text()) == labels
    expected = real_accuracy(predictions, label_sets=labels)
    assert 0.5 < expected.accuracy < 0.9
    for name in ("sorted_accuracy", "unsorted_accuracy"):
        assert page[name] == pytest.approx(expected.accuracy, rel=1e-12)
    assert page["result"] == expected
    assert np.array_equal(page["predictions_in_order"], predictions)
    assert page["evaluation"].get_accuracy() == {1: pytest.approx(100 * expected.accuracy)}
    assert f"predictions,ReaL,1,{expected.correct},{expected.n_images}," in page["printed"][-1]
    examples = [{"file_name": image_name(i).encode(), "image": i} for i in (7, 2, 50_000)]
    joined = list(page["relabelled"](examples))
    assert [example["image"] for example in joined] == [7, 2, 50_000]
    assert page["kept"] == [Path("train/n90000003/n90000003_1.JPEG")]
    for example in joined:
        assert example["real_label"].tolist() == labels[example["image"] - 1]


@pytest.mark.release
def test_numbers_on_the_page(release: Release) -> None:
    found = re.search(
        r"published file gives (\S+) %, and the one made here\s+(\S+) %",
        (DOCS / "using-label-files.md").read_text(encoding="utf-8"),
    )
    assert found
    for text, threshold in zip(found.groups(), (0.8, 0.9), strict=True):
        label_sets = make_labels(release, threshold=threshold)
        result = real_accuracy(release.original_labels, label_sets=label_sets)
        assert text == f"{100 * result.accuracy:.4f}"


def test_scale(reassess: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("votes").mkdir()
    table = shuffled_table(2_000, n_raters=5)
    for path in ("votes.csv", "votes/one.csv"):
        write_csv(Path(path), table)
    parquet.write_table(shuffled_table(500, seed=1, n_raters=5), "more.parquet")
    page = run_page(DOCS / "scale.md", reassess, compare=False)
    kept, made = VoteStore.open("kept"), VoteStore.open("store")
    assert kept.manifest == made.manifest
    assert page["again"].n_steps < page["fit"].n_steps
    assert page["scored"].n_steps == 0
    assert page["scored"].log_likelihood == pytest.approx(page["fit"].log_likelihood, rel=1e-9)
    labels = [label for part in page["fit"].parts() for label in part.labels()["label"]]
    written = Path("fitted/labels.csv").read_text().splitlines()[1:]
    assert [row.split(",")[1] for row in written] == labels
    assert [row.split(",")[0] for row in written] == list(kept.votes().item_names)


def test_scale_names_the_methods_that_take_a_store() -> None:
    (line,) = re.findall(r"takes a store: ([^:.]*)\.", (DOCS / "scale.md").read_text())
    named = re.findall(r"`([^`]+)`", line)
    assert [DEFAULT_METHOD, *named] == sorted(
        (name for name, one in METHODS.items() if one.by_passes), key=[DEFAULT_METHOD, *named].index
    )


def test_uncertainty(reassess: Command) -> None:
    page = run_page(DOCS / "uncertainty.md", reassess, compare=True)
    assert page["fit"].converged


def test_figures(reassess: Command) -> None:
    run_page(DOCS / "figures.md", reassess, compare=True)
    written = {path.name for path in Path().iterdir()}
    assert written >= {"error_rates.png", "model_check.pdf", "agreement.png", "curve.png"}
    assert written >= {"calibration.png", "calibration_of_shares.png"}


def test_your_own_method(
    reassess: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = DOCS / "your-own-method.md"
    method = next(block for block in blocks(page.read_text(encoding="utf-8"))).code
    assert method[method.index("def fit") :].count("\n") <= 20
    monkeypatch.setattr(sys, "path", [*sys.path])  # the command adds the working folder
    monkeypatch.delitem(sys.modules, "mymodule", raising=False)
    Path("mymodule.py").write_text(method)
    names = run_page(page, reassess, compare=True)
    assert names["result"].method == "mine"
    assert "mymodule:fit," in names["printed"][0]


def test_from_crowd_kit(reassess: Command) -> None:
    page = run_page(DOCS / "from-crowd-kit.md", reassess, compare=True)
    assert page["model"].priors_.name == "prior"


def test_operating_points(
    reassess: Command, simulated: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_on_operating_points(reassess, simulated, monkeypatch, compare=False)


@pytest.mark.release
def test_operating_points_of_the_release(
    reassess: Command, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_on_operating_points(reassess, release, monkeypatch, compare=True)


def run_on_operating_points(
    reassess: Command, release: Release, monkeypatch: pytest.MonkeyPatch, *, compare: bool
) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(release.folder))
    Path("published").symlink_to(release.folder)
    page = run_page(DOCS / "operating-points.md", reassess, compare=compare)
    assert json.loads(Path("real.json").read_text()) == page["labels"]
    assert json.loads(Path("real.provenance.json").read_text())["threshold"] == 0.82


def test_recalibrated_labels(simulated: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(simulated.folder))
    page = (DOCS / "comparison.md").read_text(encoding="utf-8")
    (code,) = [block.code for block in blocks(page) if block.language == "python"]
    names: dict[str, Any] = {}
    printed_by(code, names)
    expected = recalibrate(simulated, method="platt").scores
    assert names["labels"] == make_labels(simulated, scores=expected, threshold=0.8)


def anchors(page: Path) -> set[str]:
    """What a link can name on a page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    links = ["".join(found) for found in LINK.findall(page.read_text(encoding="utf-8"))]
    for link in links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_linked() -> None:
    linked = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8"))
    }
    assert set(DOCS.rglob("*.md")) <= linked
