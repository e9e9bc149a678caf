"""The page on models' accuracy: its code runs, and its numbers are what comes out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import Release, real_accuracy
from analysis.release.files.questions import image_name

from ..support.commands import Command
from ..support.page_code import run_page

PAGE = Path(__file__).parents[2] / "docs" / "model-accuracy.md"
MODELS = ("resnet101", "vgg19", "senet154")


def write_part(top: NDArray[Any]) -> None:
    """Write predictions of each tenth image by name."""
    lines = [f"{image_name(i + 1)},{top[i, 0]}" for i in range(2, 50_000, 10)]
    Path("some.csv").write_text("\n".join(lines))


def test_on_a_simulated_release(
    reassess: Command, simulated: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(simulated.folder))
    rng = np.random.default_rng(6)
    order = np.argsort(simulated.original_labels, kind="stable")
    for name in MODELS:
        labels = simulated.original_labels.copy()
        labels[rng.random(50_000) < 0.3] = 5
        np.save(f"{name}.npy", labels[order])
    write_part(labels[:, None])
    page = run_page(PAGE, reassess, compare=False)
    assert len(page["rows"]) == 10
    assert page["find_order"](page["found"].labels, page["originals"]).order == "folder"
    assert all(Path(name).stat().st_size for name in ("ranks.png", "curve.png"))


@pytest.mark.release
@pytest.mark.predictions
def test_with_known_models(
    reassess: Command, release: Release, predictions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(release.folder))
    for name in MODELS:
        Path(f"{name}.npy").symlink_to(predictions / f"{name}.npy")
    write_part(np.load("resnet101.npy"))
    page = run_page(PAGE, reassess, compare=True)
    table = re.findall(r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE.read_text(), re.MULTILINE)
    assert [name for name, *_ in table] == list(MODELS)
    shares = {(row.model, row.labels): f"{100 * row.accuracy:.3f}" for row in page["rows"]}
    for name, original, real in table:
        assert (shares[name, "original"], shares[name, "ReaL"]) == (original, real)
    labels = json.loads(Path("real-0.9.json").read_text())
    found = real_accuracy(page["models"]["resnet101"], label_sets=labels)
    assert f"resnet101,ReaL,1,{found.correct},{found.n_images}," in page["printed"][-1]
