"""Tables of predictions as people have them: which columns are taken, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import AnalysisError, load_predictions, load_synsets
from analysis.release.files.questions import image_name

N = 1200  # more rows than labels, so that row numbers are no labels
RNG = np.random.default_rng(41)
ORDER = RNG.permutation(N)
TOP = np.array([RNG.choice(1000, 12, replace=False) for _ in range(N)])
NAMES = [image_name(i + 1) for i in ORDER.tolist()]
PRED = TOP[ORDER, 0]
SOMETHING = RNG.integers(0, 1000, N)
SHARE = RNG.random(N)


def write(folder: Path, table: dict[str, Any], form: str = "csv", **options: Any) -> Path:
    path = folder / f"p.{form}"
    frame = pd.DataFrame(table)
    if form == "parquet":
        frame.to_parquet(path)
    elif form == "json":
        frame.to_json(path, **options)
    else:
        frame.to_csv(path, index=False, **options)
    return path


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("others", "note"),
    [
        ({}, ""),
        ({"prob": SHARE}, "predictions are the column pred, not the column prob"),
        ({"target": SOMETHING}, "predictions are the column pred, not the column target"),
        ({"label": SOMETHING}, "predictions are the column pred, not the column label"),
        (
            {"split": ["val"] * N, "size": [224] * N},
            "predictions are the column pred, not the colum",
        ),
    ],
)
def test_columns_beside_predictions(
    tmp_path: Path, form: str, others: dict[str, Any], note: str
) -> None:
    for first, second in (
        ({"file": NAMES, "pred": PRED}, others),
        (others, {"file": NAMES, "pred": PRED}),
    ):
        found = load_predictions(write(tmp_path, first | second, form), n_images=N)
        assert np.array_equal(found.labels, TOP[:, :1])
        assert found.note.startswith(note)
        assert bool(found.note) == bool(note)


def test_a_column_of_no_known_name(tmp_path: Path) -> None:
    path = write(tmp_path, {"image": NAMES, "target": SOMETHING, "resnet50": PRED, "conf": SHARE})
    found = load_predictions(path, n_images=N)
    assert np.array_equal(found.labels, TOP[:, :1])
    assert found.note == (
        "predictions are the column resnet50, not the column target, the column conf"
    )


def test_several_columns_that_could_be_predictions(tmp_path: Path) -> None:
    path = write(tmp_path, {"image": NAMES, "pred": PRED, "prediction": SOMETHING})
    with pytest.raises(
        AnalysisError, match=re.escape("the column pred, the column prediction: choo")
    ):
        load_predictions(path, n_images=N)
    found = load_predictions(path, n_images=N, column="pred")
    assert np.array_equal(found.labels, TOP[:, :1])
    assert found.note == ""
    with pytest.raises(AnalysisError, match="no column 'top': it has image, pred, prediction"):
        load_predictions(path, n_images=N, column="top")


def test_numbered_columns_are_in_order_of_their_numbers(tmp_path: Path) -> None:
    columns = {f"top_{k}": TOP[ORDER, k] for k in sorted(range(12), key=str)}
    assert list(columns)[:3] == ["top_0", "top_1", "top_10"]
    path = write(tmp_path, {"image": NAMES} | columns)
    assert np.array_equal(load_predictions(path, n_images=N).labels, TOP)
    second = load_predictions(path, n_images=N, column="top_1")
    assert np.array_equal(second.labels, TOP[:, 1:2])


def test_scores_under_wordnet_ids(tmp_path: Path, simulated_dir: Path) -> None:
    scores = np.round(RNG.random((30, 1000)), 4)
    synsets = load_synsets(simulated_dir)
    shuffled = RNG.permutation(1000).tolist()
    path = write(tmp_path, {synsets[label]: scores[:, label] for label in shuffled})
    found = load_predictions(path, n_images=30)
    assert np.array_equal(found.labels, np.argsort(-scores, axis=1, kind="stable")[:, :5])


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_row_numbers_put_rows_in_order(tmp_path: Path, first: int, form: str) -> None:
    table = {"index": ORDER + first, "pred": PRED}
    found = load_predictions(write(tmp_path, table, form), n_images=N)
    assert found.images is None
    assert np.array_equal(found.labels, TOP[:, :1])
    assert found.note == "rows are in order of their numbers, which are beside them"
    table = {"index": np.arange(N) + first, "pred": TOP[:, 0]}
    found = load_predictions(write(tmp_path, table, form), n_images=N)
    assert np.array_equal(found.labels, TOP[:, :1])
    assert found.note == ""


def test_index_of_a_shuffled_frame(tmp_path: Path) -> None:
    pd.DataFrame({"pred": PRED}, index=ORDER).to_parquet(tmp_path / "p.parquet")
    found = load_predictions(tmp_path / "p.parquet", n_images=N)
    assert np.array_equal(found.labels, TOP[:, :1])


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
def test_separators(tmp_path: Path, separator: str, header: bool, suffix: str) -> None:
    frame = pd.DataFrame({"f": NAMES} | {f"p{k}": TOP[ORDER, k] for k in range(5)})
    path = tmp_path / f"p.{suffix}"
    frame.to_csv(path, sep=separator, header=header, index=False)
    assert np.array_equal(load_predictions(path, n_images=N).labels, TOP[:, :5])


def test_name_and_label_on_a_line(tmp_path: Path) -> None:
    lines = [f"{name} {label}" for name, label in zip(NAMES, PRED.tolist(), strict=True)]
    (tmp_path / "p.txt").write_text("\n".join(lines))
    assert np.array_equal(load_predictions(tmp_path / "p.txt", n_images=N).labels, TOP[:, :1])


def test_probabilities_without_a_header(tmp_path: Path) -> None:
    path = write(tmp_path, {"a": NAMES, "b": PRED, "c": SHARE}, header=False)
    assert np.array_equal(load_predictions(path, n_images=N).labels, TOP[:, :1])


LISTS: dict[str, Callable[[Any], str]] = {
    "list": lambda row: str(row.tolist()),
    "array": str,
    "tuple": lambda row: str(tuple(row.tolist())),
    "repr": repr,
    "numbers of NumPy": lambda row: str(list(row)),
    "tensor": lambda row: f"tensor({row.tolist()})",
    "blanks": lambda row: " ".join(map(str, row.tolist())),
}


@pytest.mark.parametrize("how", LISTS)
def test_lists_in_cells(tmp_path: Path, how: str) -> None:
    path = write(tmp_path, {"image": NAMES, "top": [LISTS[how](row) for row in TOP[ORDER]]})
    assert np.array_equal(load_predictions(path, n_images=N).labels, TOP)


def test_long_lists_have_line_breaks(tmp_path: Path) -> None:
    """A csv of a few megabytes, which is read in pieces."""
    scores = RNG.random((200, 1000)).astype(np.float32)
    with np.printoptions(threshold=2000):
        path = write(
            tmp_path, {"image": [image_name(i + 1) for i in range(200)], "prob": list(scores)}
        )
    assert path.stat().st_size > 2_000_000
    found = load_predictions(path, n_images=200)
    assert np.array_equal(found.labels, np.argsort(-scores, axis=1, kind="stable")[:, :5])
    path = write(tmp_path, {"image": NAMES[:2], "top": ["[1 2]", "[1 ... 2]"]})
    with pytest.raises(
        AnalysisError, match=re.escape("entry 1 of column top is '[1 ... 2]', no label")
    ):
        load_predictions(path, n_images=2, partial=True)


@pytest.mark.parametrize(
    "orient", ["records", "split", "index", "columns", "table", "list", "lines"]
)
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("lists", [False, True])
def test_layouts_of_json(tmp_path: Path, orient: str, named: bool, lists: bool) -> None:
    rows = ORDER if named else np.arange(N)
    table: dict[str, Any] = {"file_name": NAMES} if named else {}
    table["pred"] = TOP[rows, :5].tolist() if lists else TOP[rows, 0]
    if orient == "list":
        (tmp_path / "p.json").write_text(pd.DataFrame(table).to_json(orient="split"))
        content = {name: list(values) for name, values in table.items()}
        (tmp_path / "p.json").write_text(json.dumps(content, default=int))
    elif orient == "lines":
        write(tmp_path, table, "json", orient="records", lines=True)
    else:
        write(tmp_path, table, "json", orient=orient)
    found = load_predictions(tmp_path / "p.json", n_images=N)
    assert np.array_equal(found.labels, TOP[:, : 5 if lists else 1])
    assert (found.images is not None) == named


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"pred": 1}, {"prob": 1}, {"pred": 2}]', "entry 1 has no pred, which entry 0 has"),
        (
            '[{"pred": 1}, {"pred": "x"}, {"pred": 2}]',
            "column pred holds values of several kinds (",
        ),
        (
            '{"pred": {"0": 1, "1": 2, "2": 3}, "prob": {"0": 0.5}}',
            "a column has no row '1', which",
        ),
        (
            '{"columns": ["pred"], "data": [[1], [2], ["cat"]]}',
            "column pred holds values of several",
        ),
        (
            '[{"what": "a cat"}, {"what": "a dog"}]',
            "no column of predictions: it has what (string)",
        ),
        ('{"pred": 1}\n{"pred": 2}\n{"pred"', "not a JSON file ("),
    ],
)
def test_json_that_cannot_be_used(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "p.json").write_text(content)
    with pytest.raises(AnalysisError, match=re.escape(message)):
        load_predictions(tmp_path / "p.json", n_images=3)


def test_arrays_by_name(tmp_path: Path, simulated_dir: Path) -> None:
    synsets = np.array(load_synsets(simulated_dir))
    path = tmp_path / "p.npz"
    np.savez(path, top=TOP[ORDER], target=SOMETHING, names=np.array(NAMES))
    with pytest.raises(AnalysisError, match="of several arrays of numbers --column, or column=, c"):
        load_predictions(path, n_images=N)
    assert np.array_equal(load_predictions(path, n_images=N, column="top").labels, TOP)
    np.savez(path, top=synsets[TOP[ORDER]], names=np.array(NAMES))
    found = load_predictions(path, n_images=N, data=simulated_dir)
    assert np.array_equal(found.labels, TOP)
    np.save(tmp_path / "p.npy", synsets[TOP])
    found = load_predictions(tmp_path / "p.npy", n_images=N, data=simulated_dir)
    assert np.array_equal(found.labels, TOP)
