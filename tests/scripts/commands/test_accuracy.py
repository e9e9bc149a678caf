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

from analysis import (
    Release,
    accuracy_by_class,
    accuracy_curve,
    accuracy_table,
    load_synsets,
    make_labels,
    real_accuracy,
)
from analysis.accuracy.real_accuracy import by_class_csv
from analysis.accuracy.table import accuracy_csv
from analysis.figures import accuracy_figure, figure_bytes, ranks_figure
from analysis.figures.accuracy import LabelFile
from analysis.release.files.questions import image_name
from scripts.outputs.accuracy_files import p_value, print_ranks, print_table

from ...support.commands import Command, refused
from ...support.predictions import guesses

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
    assert ended.err.startswith("one: no image names, so the rows are taken in order of the file n")


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
    assert ended.err.endswith("wrote new/classes.csv\nwrote new/curve.pdf\n")


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
    refused(reassess("accuracy", "one.npy", "two.npy", "one.npy"), "one.npy: given twice")


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
        (["--figure", "f.svg"], "f.svg: a figure is drawn as png or pdf: name such a file"),
        (["--order", "tfds"], "--order tfds: it is names or folder"),
        (["two.npy"] * 4 + ["--curve", "c.png"], "--curve shows up to 4 models, not 5: leave some"),
        (["--column", "pred"], "one.npy: there is no column 'pred': a .npy file is one array"),
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


def orders(release: Release) -> NDArray[np.int64]:
    return np.argsort(release.original_labels, kind="stable")


def test_folder_order_is_found(
    reassess: Command, simulated: Release, models: Models, folder: Path
) -> None:
    in_folders = models["one"][orders(simulated)]
    np.save(folder / "one.npy", in_folders)
    for options in ([], ["--order", "folder"]):
        ended = reassess("accuracy", "one.npy", *options, "--data", simulated.folder)
        assert ended.out == expected(simulated, {"one": models["one"]}, 1, 5)
        assert "one: no image names, so the rows are taken in ImageFolder order" in ended.err
        assert ended.err.count(" % ") == 2
    ended = reassess("accuracy", "one.npy", "--order", "names", "--data", simulated.folder)
    assert ended.out == expected(simulated, {"one": in_folders}, 1, 5)
    assert "in order of the file names as asked, but the other order fits: " in ended.err


def test_an_order_that_cannot_be_told(reassess: Command, simulated: Release) -> None:
    chance = np.random.default_rng(7).integers(0, 1000, 50_000)
    np.save("chance.npy", chance)
    ended = reassess("accuracy", "chance.npy", "--data", simulated.folder)
    refused(
        ended, "chance: the order cannot be told, for no image names are given, and the first l"
    )
    assert ended.err.count(" % ") == 2
    assert "--order names or --order folder" in ended.err
    ended = reassess("accuracy", "chance.npy", "--order", "names", "--data", simulated.folder)
    assert ended.out == expected(simulated, {"chance": chance}, 1)
    np.save("from1.npy", np.minimum(simulated.original_labels.astype(int) + 1, 999))
    ended = reassess("accuracy", "from1.npy", "--data", simulated.folder)
    refused(ended, "from1: the labels count from 1: less 1, the first label is the origin")


def test_names_that_belong_to_others(reassess: Command, simulated: Release, models: Models) -> None:
    names = [image_name(i + 1) for i in orders(simulated).tolist()]
    rows = dict(zip(names, models["one"].tolist(), strict=True))
    Path("one.json").write_text(json.dumps(rows))
    ended = reassess("accuracy", "one.json", "--data", simulated.folder)
    assert ended.status == 0
    assert "one: the first label is the original one for 0.0" in ended.err
    assert "as by chance: are the labels the ranks of their WordNet ids, from 0" in ended.err


def test_many_models(reassess: Command, simulated: Release, models: Models, folder: Path) -> None:
    models = models | {"three": np.roll(models["one"], 2, axis=1)}
    np.save("three.npy", models["three"][orders(simulated)])
    paths = [f"{name}.npy" for name in models]
    ended = reassess(
        "accuracy", *paths, "--topk", "1", "--figure", "f.png", "--data", simulated.folder
    )
    assert ended.out == expected(simulated, models, 1)
    rows = accuracy_table(
        models, label_sets=simulated.label_sets, original_labels=simulated.original_labels
    )
    drawn = figure_bytes(ranks_figure(rows, simulated=True), "png")
    assert (folder / "f.png").read_bytes() == drawn


def test_part_of_the_images(
    reassess: Command, simulated: Release, models: Models, folder: Path
) -> None:
    parts = {"one": range(0, 50_000, 3), "two": range(0, 50_000, 2)}
    for name, part in parts.items():
        top = {image_name(i + 1): models[name][i].tolist() for i in part}
        (folder / f"{name}.json").write_text(json.dumps(top))
    refused(
        reassess("accuracy", "one.json", "--data", simulated.folder),
        "one.json: ILSVRC2012_val_00000002.JPEG is missing: there are 16,667 image names, not "
        "50,000; a part of the images is measured where --partial, or partial=True, asks for it",
    )
    files = ("--partial", "--by-class", "c.csv", "--curve", "c.png", "--figure", "f.png")
    ended = reassess("accuracy", "one.json", "two.json", *files, "--data", simulated.folder)
    assert ended.err.startswith("measured on 8,334 of 50,000 images, those that all models have\n")
    both = slice(0, 50_000, 6)
    rows = accuracy_table(
        {name: top[both] for name, top in models.items()},
        label_sets=simulated.label_sets[both],
        original_labels=simulated.original_labels[both],
        topk=(1, 5),
    )
    assert ended.out == accuracy_csv(rows)
    by_class = list(csv.DictReader(io.StringIO((folder / "c.csv").read_text())))
    assert sum(int(row["original_images"]) for row in by_class) == 2 * 8_334
    np.save("one.npy", models["one"][:10])
    ended = reassess("accuracy", "one.npy", "--partial", "--data", simulated.folder)
    refused(ended, "one.npy: 10 predictions without image names: a part of the images is measured")


def test_parts_without_an_image_in_common(reassess: Command, simulated: Release) -> None:
    for image in (1, 2):
        Path(f"{image}.json").write_text(json.dumps({image_name(image): 5}))
    ended = reassess("accuracy", "1.json", "2.json", "--partial", "--data", simulated.folder)
    refused(ended, "there is no image that all models have predictions of")


def test_wordnet_ids(reassess: Command, simulated: Release, models: Models) -> None:
    synsets = np.array(load_synsets(simulated.folder))
    names = [f"val/{image_name(i + 1)}".lower() for i in range(50_000)]
    rows = dict(zip(names, synsets[models["one"]].tolist(), strict=True))
    Path("one.json").write_text(json.dumps(rows))
    ended = reassess("accuracy", "one.json", "--data", simulated.folder)
    assert ended.out == expected(simulated, {"one": models["one"]}, 1, 5)
    assert ended.err == ""


@pytest.mark.parametrize("threshold", [0.3, None])
def test_curve_marks_the_label_file(
    reassess: Command, simulated: Release, models: Models, folder: Path, threshold: float | None
) -> None:
    label_sets = make_labels(simulated, threshold=threshold or 0.8)
    if threshold is None:
        full = next(i for i, labels in enumerate(label_sets) if labels)
        label_sets[full] = []
    (folder / "mine.json").write_text(json.dumps(label_sets))
    options = ("--labels", "mine.json", "--curve", "c.png")
    reassess("accuracy", "one.npy", *options, "--data", simulated.folder)
    found = real_accuracy(models["one"], label_sets=label_sets)
    marked = LabelFile("mine.json", {"one": found}, threshold)
    curves = {"one": accuracy_curve(models["one"], release=simulated)}
    drawn = figure_bytes(accuracy_figure(curves, label_file=marked), "png")
    assert (folder / "c.png").read_bytes() == drawn


def test_ranks_hold_the_numbers(
    simulated: Release,
    models: Models,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    three = models | {"three": np.roll(models["one"], 2, axis=1)}
    rows = accuracy_table(
        three, label_sets=simulated.label_sets, original_labels=simulated.original_labels
    )
    print_ranks(rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "top 1, in percent [95 %]"
    by_rank = sorted((row for row in rows[:3]), key=lambda row: row.rank or 0)
    for line, row in zip(lines[2:5], by_rank, strict=True):
        assert line.split()[0] == row.model
        assert f"{100 * row.accuracy:.2f} [{100 * row.low:.2f}, {100 * row.high:.2f}]" in line
        assert ("p " in line) == (row.model != "one")


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
