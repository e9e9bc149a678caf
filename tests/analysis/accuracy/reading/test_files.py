"""Files of predictions: every form gives the same labels, and every fault is named."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from pyarrow import parquet

from analysis import AnalysisError, read_predictions
from analysis.release.files.questions import image_name

N = 30
RNG = np.random.default_rng(3)
TOP = np.array([RNG.choice(1000, 5, replace=False) for _ in range(N)])
SCORES = np.round(RNG.random((N, 1000)), 3)
ORDER = RNG.permutation(N)
NAMES = [image_name(i + 1) for i in ORDER.tolist()]
Rows = NDArray[Any]
Names = list[str] | None


def columns(rows: Rows, names: Names, heading: str = "top") -> dict[str, Any]:
    matrix = rows[:, None] if rows.ndim == 1 else rows
    table: dict[str, Any] = {} if names is None else {"filename": names}
    return table | {f"{heading}{i}": matrix[:, i] for i in range(matrix.shape[1])}


def write_npy(path: Path, rows: Rows, names: Names) -> None:
    assert names is None, "an array has no names"
    np.save(path, rows)


def write_npz(path: Path, rows: Rows, names: Names) -> None:
    if names is None:
        np.savez(path, rows=rows)
    else:
        np.savez(path, rows=rows, names=np.array(names))


def write_csv(path: Path, rows: Rows, names: Names, header: bool = True) -> None:
    table = columns(rows, names)
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        if header:
            writer.writerow(table)
        writer.writerows(zip(*(list(column) for column in table.values()), strict=True))


def write_bare_csv(path: Path, rows: Rows, names: Names) -> None:
    write_csv(path, rows, names, header=False)


def write_parquet(path: Path, rows: Rows, names: Names) -> None:
    parquet.write_table(pa.table(columns(rows, names)), path)


def write_lists(path: Path, rows: Rows, names: Names) -> None:
    table: dict[str, Any] = {"top": rows.tolist()}
    parquet.write_table(pa.table(table if names is None else table | {"name": names}), path)


def write_json(path: Path, rows: Rows, names: Names) -> None:
    content = rows.tolist()
    path.write_text(
        json.dumps(content if names is None else dict(zip(names, content, strict=True)))
    )


FORMS: dict[str, tuple[str, Callable[[Path, Rows, Names], None]]] = {
    "npy": (".npy", write_npy),
    "npz": (".npz", write_npz),
    "csv": (".csv", write_csv),
    "csv without header": (".csv", write_bare_csv),
    "parquet": (".parquet", write_parquet),
    "parquet of lists": (".parquet", write_lists),
    "json": (".JSON", write_json),
}


@pytest.mark.parametrize(
    ("form", "named"), [(form, named) for form in FORMS for named in {False, form != "npy"}]
)
@pytest.mark.parametrize("what", ["labels", "top", "scores"])
def test_every_form_gives_the_same(tmp_path: Path, form: str, named: bool, what: str) -> None:
    rows = {"labels": TOP[:, 0], "top": TOP, "scores": SCORES}[what]
    ranked = {"labels": TOP[:, :1], "top": TOP, "scores": np.argsort(-SCORES, kind="stable")}[what]
    suffix, write = FORMS[form]
    path = tmp_path / f"predictions{suffix}"
    write(path, rows[ORDER] if named else rows, NAMES if named else None)
    read = read_predictions(path, n_images=N, most=5)
    assert read.dtype == np.int16
    assert np.array_equal(read, ranked[:, :5])


def test_headers_that_pandas_writes(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    for header, rows in (
        ("0,1,2,3,4", [",".join(map(str, row)) for row in TOP.tolist()]),
        (",0,1,2,3,4", [f"{i}," + ",".join(map(str, row)) for i, row in enumerate(TOP.tolist())]),
        ("\ufeffa,b,c,d,e", [",".join(map(str, row)) for row in TOP.tolist()]),
    ):
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        assert np.array_equal(read_predictions(path, n_images=N), TOP), header


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_index_columns_of_timm(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"resnet50{suffix}"
    table = pa.table(
        columns(TOP[ORDER], NAMES, "index_")
        | {"label_0": ["a cat"] * N}
        | columns(SCORES[:, :5], None, "prob_")
    )
    if suffix == ".csv":
        pa.csv.write_csv(table, path)
    else:
        parquet.write_table(table, path)
    assert np.array_equal(read_predictions(path, n_images=N), TOP)


def test_text_before_the_image_names(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    table = {"split": ["val"] * N, "file_name": NAMES, "pred": TOP[ORDER, 0]}
    parquet.write_table(pa.table(table), path)
    assert np.array_equal(read_predictions(path, n_images=N), TOP[:, :1])


def refused(path: Path, message: str) -> None:
    with pytest.raises(AnalysisError, match=re.escape(message)) as caught:
        read_predictions(path, n_images=3)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.pt", "", "predictions are read from .npy, .npz, .csv, .parquet, .json files"),
        ("p", "", "predictions are read from"),
        ("p.npy", "", "not an array that can be read"),
        ("p.npy", "hello, this is text", "not an array that can be read"),
        ("p.npz", "", "not an archive of arrays that can be read"),
        ("p.npz", "PK\x03\x04 broken", "not an archive of arrays that can be read"),
        ("p.parquet", "", "not a parquet file that can be read"),
        ("p.parquet", "PAR1 and so on PAR1", "not a parquet file that can be read"),
        ("p.csv", "", "not a csv file that can be read"),
        ("p.csv", "1,2\n3\n", "not a csv file that can be read"),
        ("p.csv", "name\ncat\ndog\nhorse\n", "no column of predictions: it has name (string)"),
        ("p.csv", "1\n2\n", "2 predictions: there are 3 images"),
        ("p.csv", "1\n2\n3\n4\n", "4 predictions: there are 3 images"),
        ("p.csv", "pred,x\n1,2\n,3\n4,5\n", "prediction for ILSVRC2012_val_00000002.JPEG is nan"),
        ("p.csv", "1\n2\n1000\n", "the prediction for ILSVRC2012_val_00000003.JPEG is 1000"),
        ("p.csv", "a.JPEG,1\nb.JPEG,2\nc.JPEG,3", "entry 0 has the image name 'b.JPEG'"),
        ("p.csv", "f,p\na,1\nb,2\nc,3", "entry 0 has the image name 'a': names are ILSVRC2012"),
        ("p.json", "", "not a JSON file"),
        ("p.json", "[" * 100_000, "not a JSON file"),
        ("p.json", "7", "holds 7, not a list or an object with an entry an image"),
        ("p.json", "[1, null, 2]", "entry 1 of the predictions is None, no label"),
        ("p.json", "[1, NaN, 2]", "the prediction for ILSVRC2012_val_00000002.JPEG is nan"),
        ("p.json", '[1, "3", 2]', "entry 1 of the predictions is '3', no label"),
        ("p.json", "[[1, 2], [3], [4, 5]]", "entry 1 of the predictions is [3], but entry 0"),
        ("p.json", "[1, {}, 2]", "entry 1 of the predictions is"),
        (
            "p.json",
            f'{{"{image_name(1)}": 1, "{image_name(3)}": 2, "{image_name(1)}": 3}}',
            "entries 0 and 2 are both for ILSVRC2012_val_00000001.JPEG",
        ),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    refused(path, message)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    for name in ("p.csv", "p.json"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x80,\xff\n1,2\n")
        refused(tmp_path / name, "file")


def test_arrays_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "p.npy"
    np.save(path, np.array([1, 2, "x"], dtype=object), allow_pickle=True)
    refused(path, "not an array that can be read (")
    path.write_bytes((tmp_path / "p.npy").read_bytes()[:40])
    refused(path, "not an array that can be read (")
    path = tmp_path / "p.npz"
    np.savez(path, logits=np.zeros((3, 1000)), targets=np.zeros(3))
    refused(path, "it holds logits (3, 1000) float64, targets (3,) float64")
    np.savez(path, names=np.array(["a", "b", "c"]))
    refused(path, "should hold one array of numbers")
    np.save(tmp_path / "array.npy", np.zeros(3))
    path.write_bytes((tmp_path / "array.npy").read_bytes())
    refused(path, "should hold one array of numbers")


def test_tables_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    parquet.write_table(pa.table({"top": [[1, 2], None, [3, 4]]}), path)
    refused(path, "entry 1 has 0 labels, but entry 0 has 2")
    parquet.write_table(pa.table({"a": [[1, 2], [3, 4], [5, 6]], "b": [1, 2, 3]}), path)
    refused(path, "several columns could be predictions: the column a, the column b: choose one by")
    parquet.write_table(pa.table({"top_1": [[1, 2], [3, 4], [5, 6]], "top_2": [1, 2, 3]}), path)
    refused(path, "column top_1 holds lists: it should be the only predictions")
    parquet.write_table(pa.table({"top": [["a"], ["b"], ["c"]]}), path)
    refused(path, "no label")
    parquet.write_table(pa.table({"struct": [{"a": 1}] * 3}), path)
    refused(path, "no column of predictions: it has struct (struct<a: int64>)")


def test_missing_file(tmp_path: Path) -> None:
    for suffix in (".npy", ".npz", ".csv", ".parquet", ".json"):
        with pytest.raises(FileNotFoundError) as caught:
            read_predictions(tmp_path / f"none{suffix}")
        assert caught.value.filename
