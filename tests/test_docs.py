"""The pages in docs/ do what they say: their code is run as it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from analysis.label_sets import make_labels
from analysis.questions import image_name
from analysis.real_accuracy import real_accuracy
from analysis.release import Release

from .commands import Command

DOCS = Path(__file__).parents[1] / "docs"
FENCE = re.compile(
    r"(?P<skipped><!-- not run by the tests: [^\n]* -->\n)?"
    r"^```(?P<language>\w+)\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """A piece of code in a page."""

    language: str
    code: str
    run: bool


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = [
        Block(match["language"], match["code"], not match["skipped"])
        for match in FENCE.finditer(text)
    ]
    assert len(found) == text.count("\n```") / 2, "a block that is not understood"
    return found


def run_page(page: Path, reassess: Command) -> dict[str, Any]:
    """Run a page's code from the top to the end, as one program; return its variables."""
    names: dict[str, Any] = {}
    for block in blocks(page):
        if block.language == "python":
            program = compile(block.code, page.name, "exec")
            if block.run:
                exec(program, names)
        elif block.run:
            assert block.language == "console"
            for line in block.code.splitlines():
                assert line.startswith("$ reassess "), line
                ended = reassess(*line.split()[2:])
                assert ended.status == 0, ended.err
                names.setdefault("printed", []).append(ended.out)
    return names


def prepare(release: Release, monkeypatch: pytest.MonkeyPatch) -> np.ndarray[Any, Any]:
    """Put the files that the page on label files reads into the current folder."""
    monkeypatch.setenv("REASSESS_DATA", str(release.folder))
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
    page = run_page(DOCS / "using-label-files.md", reassess)
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
