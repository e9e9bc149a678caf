"""`reassess accuracy` from outside: what it prints and writes, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import accuracy_by_class, accuracy_curve, accuracy_table, make_labels
from analysis.accuracy_table import accuracy_csv
from analysis.figures import accuracy_figure, figure_bytes
from analysis.questions import image_name
from analysis.real_accuracy import by_class_csv
from analysis.release import Release
from scripts._accuracy_tables import p_value, print_ranks, print_table

from .commands import Command, refused
from .test_accuracy_curve import guesses

Models = dict[str, NDArray[np.int64]]


@pytest.fixture(scope="module")
def models(simulated: Release) -> Models:
    top = guesses(simulated, 5)
    return {"one": top, "two": np.roll(top, 1, axis=1)}


@pytest.fixture(autouse=True)
def folder(reassess: Command, models: Models, tmp_path: Path) -> Path:
    for name, top in models.items():
        np.save(tmp_path / f"{name}.npy", top)
    return tmp_path


def expected(release: Release, models: Models, *topk: int) -> str:
    return accuracy_csv(
        accuracy_table(
            models,
            label_sets=release.label_sets,
            original_labels=release.original_labels,
            topk=topk,
        )
    )


def test_one_model(reassess: Command, simulated: Release, models: Models) -> None:
    ended = reassess("accuracy", "one.npy", "--data", simulated.folder)
    assert ended.status == 0
    assert ended.out == expected(simulated, {"one": models["one"]}, 1, 5)
    assert ended.err == ""


def test_two_models_and_their_files(
    reassess: Command, simulated: Release, models: Models, folder: Path
) -> None:
    files = ("--by-class", "new/classes.csv", "--curve", "new/curve.pdf")
    ended = reassess(
        "accuracy", "one.npy", "two.npy", *files, "--topk", "2,1", "--data", simulated.folder
    )
    assert ended.status == 0
    assert ended.out == expected(simulated, models, 2, 1)
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert [row["model"] for row in rows] == ["one", "two", "two - one"] * 4
    by_class = by_class_csv(
        {
            name: accuracy_by_class(
                top,
                label_sets=simulated.label_sets,
                original_labels=simulated.original_labels,
                k=2,
            )
            for name, top in models.items()
        }
    )
    assert (folder / "new" / "classes.csv").read_text() == by_class
    curves = {name: accuracy_curve(top, release=simulated, k=2) for name, top in models.items()}
    drawn = figure_bytes(accuracy_figure(curves), "pdf")
    assert (folder / "new" / "curve.pdf").read_bytes() == drawn
    assert sorted(path.name for path in (folder / "new").iterdir()) == ["classes.csv", "curve.pdf"]
    assert ended.err == "wrote new/classes.csv\nwrote new/curve.pdf\n"


def test_another_label_file(
    reassess: Command, simulated: Release, models: Models, folder: Path
) -> None:
    label_sets = make_labels(simulated, threshold=0.3)
    (folder / "mine.json").write_text(json.dumps(label_sets))
    ended = reassess(
        "accuracy", "one.npy", "--labels", "mine.json", "--topk", "1", "--data", simulated.folder
    )
    rows = accuracy_table(
        {"one": models["one"]},
        label_sets=label_sets,
        original_labels=simulated.original_labels,
    )
    assert ended.out == accuracy_csv(rows)


def test_a_shuffled_file_with_names(
    reassess: Command, simulated: Release, models: Models, folder: Path
) -> None:
    order = np.random.default_rng(1).permutation(50_000)
    labels = models["one"][:, 0]
    lines = [f"{image_name(i + 1)},{labels[i]}" for i in order.tolist()]
    (folder / "one.csv").write_text("image,prediction\n" + "\n".join(lines))
    ended = reassess("accuracy", "one.csv", "--data", simulated.folder)
    assert ended.out == expected(simulated, {"one": labels}, 1)


def test_models_of_one_name(
    reassess: Command, simulated: Release, models: Models, folder: Path
) -> None:
    (folder / "other").mkdir()
    np.save("other/one.npy", models["two"])
    ended = reassess("accuracy", "one.npy", "other/one.npy", "--data", simulated.folder)
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert [row["model"] for row in rows[:3]] == [
        "one.npy",
        "other/one.npy",
        "other/one.npy - one.npy",
    ]
    refused(reassess("accuracy", "one.npy", "one.npy"), "one.npy: given twice")


def test_prints_a_table_on_a_terminal(
    reassess: Command, simulated: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ended = reassess("accuracy", "one.npy", "two.npy", "--data", simulated.folder)
    assert ended.status == 0
    assert "model,labels" not in ended.out
    assert "difference" in ended.out


def test_table_holds_the_numbers(
    simulated: Release,
    models: Models,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    rows = accuracy_table(
        models,
        label_sets=simulated.label_sets,
        original_labels=simulated.original_labels,
        topk=(1, 5),
    )
    print_table(rows)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in "".join(lines)
    for line, row in zip(lines[1:-1], rows, strict=True):
        name = row.model if row.model in models else "difference"
        cells = [name, row.labels, str(row.k), f"{row.correct:,}", f"{row.images:,}"]
        assert line.split()[:5] == cells
        assert f"{100 * row.accuracy:.2f} [{100 * row.low:.2f}, {100 * row.high:.2f}]" in line
        assert ("p " in line) == (name == "difference")
    assert lines[-1].strip() == "difference: two - one, in percentage points"
    print_table(rows[:1])
    assert "difference" not in capsys.readouterr().out


def test_p_values() -> None:
    assert [p_value(p) for p in (1.0, 0.0346, 1e-15, 1e-16, 0.0, float("nan"))] == [
        "p = 1",
        "p = 0.035",
        "p = 1e-15",
        "p < 1e-15",
        "p < 1e-15",
        "",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--topk", "0"], "--topk 0: give numbers in 1..1000, such as 1,5"),
        (["--topk", "1,five"], "--topk 1,five: give numbers in 1..1000"),
        (["--topk", "1001"], "--topk 1001: give numbers in 1..1000"),
        (["--topk", "6"], "--topk 6: one has 5 predicted labels an image"),
        (["--curve", "curve.svg"], "curve.svg: a figure is drawn as png or pdf: name such a file"),
        (["none.npy"], "none.npy: No such file or directory"),
        (["--labels", "none.json"], "none.json: No such file or directory"),
    ],
)
def test_options_that_cannot_be_used(
    reassess: Command, simulated: Release, folder: Path, arguments: list[str], message: str
) -> None:
    before = sorted(folder.rglob("*"))
    files = ("--by-class", "classes.csv")
    refused(
        reassess("accuracy", "one.npy", *arguments, *files, "--data", simulated.folder), message
    )
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (slice(0, 1), None, "bad.npy: 1 predictions: there are 50,000 images"),
        (6, 1000, f"bad.npy: the prediction for {image_name(7)} is 1000"),
        (49_999, -1, f"bad.npy: the prediction for {image_name(50_000)} is -1"),
        (6, np.nan, f"bad.npy: the prediction for {image_name(7)} is nan"),
    ],
)
def test_predictions_that_cannot_be_used(
    reassess: Command,
    simulated: Release,
    models: Models,
    folder: Path,
    place: int | slice,
    value: float | None,
    message: str,
) -> None:
    labels = models["one"][:, 0].astype(np.float64)
    if value is None:
        labels = labels[place]
    else:
        labels[place] = value
    np.save("bad.npy", labels)
    before = sorted(folder.rglob("*"))
    files = ("--by-class", "classes.csv", "--curve", "curve.png")
    for paths in (["bad.npy"], ["one.npy", "bad.npy"]):
        refused(reassess("accuracy", *paths, *files, "--data", simulated.folder), message)
    assert sorted(folder.rglob("*")) == before


def test_image_names_that_cannot_be_used(reassess: Command, folder: Path) -> None:
    for name, message in (
        (image_name(3), f"bad.json: entries 2 and 49999 are both for {image_name(3)}"),
        ("cat.jpg", "bad.json: entry 49999 has the image name 'cat.jpg'"),
    ):
        pairs = [f'"{image_name(i)}": {i % 1000}' for i in range(1, 50_000)] + [f'"{name}": 0']
        (folder / "bad.json").write_text("{" + ", ".join(pairs) + "}")
        refused(reassess("accuracy", "bad.json"), message)


def test_no_release(reassess: Command) -> None:
    refused(reassess("accuracy", "one.npy"), "the release is not on this machine")


@pytest.mark.release
def test_original_labels(reassess: Command, release: Release) -> None:
    np.save("original.npy", release.original_labels)
    ended = reassess("accuracy", "original.npy", "--data", release.folder)
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert [(row["labels"], row["correct"], row["images"]) for row in rows] == [
        ("ReaL", "42164", "46837"),
        ("original", "50000", "50000"),
    ]
    assert f"{100 * float(rows[0]['accuracy']):.4f}" == "90.0228"
