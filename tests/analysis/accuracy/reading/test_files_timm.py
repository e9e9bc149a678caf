"""What timm's inference.py writes, in every layout: read as the labels that were written.

The frame and the calls that write it are those of the script (timm 1.0), made here by pandas.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from analysis import AnalysisError, load_predictions, load_synsets
from analysis.release.files.questions import image_name

N = 40
RNG = np.random.default_rng(21)
ORDER = RNG.permutation(N)
LOGITS = RNG.normal(size=(N, 1000)).astype(np.float32) * 4
RANKED = np.argsort(-LOGITS, axis=1, kind="stable")
FORMATS = ("csv", "json", "json-record", "json-records", "json-split", "parquet", "printed")


@pytest.fixture(scope="module")
def synsets(simulated_dir: Path) -> NDArray[np.str_]:
    return np.array(load_synsets(simulated_dir))


@pytest.fixture(autouse=True)
def whole_arrays() -> Iterator[None]:
    """Print arrays whole, as the script does before it writes them."""
    with np.printoptions(threshold=sys.maxsize):
        yield


def frame(
    topk: int,
    *,
    separate: bool,
    index: bool,
    labels: NDArray[Any] | None = None,
    column: str = "prob",
    fullname: bool = False,
) -> pd.DataFrame:
    """Make the script's frame; `labels` are the words of all labels, or None."""
    rows = LOGITS[ORDER]
    outputs = rows if column == "logit" else np.exp(rows) / np.exp(rows).sum(1, keepdims=True)
    names = [image_name(i + 1) for i in ORDER.tolist()]
    table: dict[str, Any] = {"filename": [f"n01/{name}" if fullname else name for name in names]}
    parts: dict[str, NDArray[Any]] = {}
    if topk:
        indices = RANKED[ORDER, :topk]
        outputs = np.take_along_axis(outputs, indices, axis=1)
        parts |= {"index": indices} if index else {}
        parts |= {} if labels is None else {"label": labels.astype(object)[indices]}
    for name, part in (parts | {column: outputs}).items():
        if separate and outputs.shape[1] > 1:
            table |= {f"{name}_{i}": part[:, i] for i in range(part.shape[1])}
        else:
            table[name] = list(part[:, 0] if part.shape[1] == 1 else part)
    return pd.DataFrame(table)


def save(table: pd.DataFrame, folder: Path, form: str) -> Path:
    """Write the frame as the script does; it takes json-record for csv, but names it .json."""
    path = folder / f"p.{'json' if form.startswith('json') else form}"
    if form == "parquet":
        table.set_index("filename").to_parquet(path)
    elif form == "json":
        table.set_index("filename").to_json(path, indent=4, orient="index")
    elif form == "json-records":
        table.to_json(path, lines=True, orient="records")
    elif form == "json-split":
        table.to_json(path, indent=4, orient="split", index=False)
    elif form == "printed":
        path = folder / "p.txt"
        printed = table.set_index("filename").to_json(orient="index", indent=4)
        path.write_text(f"--result\n{printed}\n")
    else:
        table.to_csv(path, index=False)
    return path


def check(path: Path, synset_folder: Path, topk: int) -> None:
    found = load_predictions(path, n_images=N, most=5, data=synset_folder)
    assert found.images is not None
    assert found.images.tolist() == list(range(1, N + 1))
    assert np.array_equal(found.labels, RANKED[:, : topk or 5])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("topk", [1, 5, 12])
def test_indices(tmp_path: Path, simulated_dir: Path, form: str, separate: bool, topk: int) -> None:
    words = np.array([f"night snake, no. {i} 'quoted' [x]" for i in range(1000)])
    for labels, column in ((None, "prob"), (words, "prob"), (words, "logit")):
        table = frame(topk, separate=separate, index=True, labels=labels, column=column)
        check(save(table, tmp_path, form), simulated_dir, topk)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("topk", [1, 5, 12])
def test_wordnet_ids(
    tmp_path: Path,
    simulated_dir: Path,
    synsets: NDArray[np.str_],
    form: str,
    separate: bool,
    index: bool,
    topk: int,
) -> None:
    table = frame(topk, separate=separate, index=index, labels=synsets, fullname=True)
    check(save(table, tmp_path, form), simulated_dir, topk)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("column", ["prob", "logit"])
def test_scores_of_all_labels(
    tmp_path: Path, simulated_dir: Path, form: str, separate: bool, column: str
) -> None:
    table = frame(0, separate=separate, index=False, column=column)
    check(save(table, tmp_path, form), simulated_dir, 0)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("topk", [1, 5])
def test_words_are_no_labels(
    tmp_path: Path, simulated_dir: Path, form: str, separate: bool, topk: int
) -> None:
    words = np.array([f"night snake {i}" for i in range(1000)])
    table = frame(topk, separate=separate, index=False, labels=words)
    with pytest.raises(AnalysisError, match=r"night snake.*no label.*--include-index"):
        check(save(table, tmp_path, form), simulated_dir, topk)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("topk", [1, 5])
def test_probabilities_alone_are_no_labels(
    tmp_path: Path, simulated_dir: Path, form: str, topk: int
) -> None:
    table = frame(topk, separate=True, index=False)
    with pytest.raises(AnalysisError, match=re.escape("--include-index")):
        check(save(table, tmp_path, form), simulated_dir, topk)


def test_columns_by_other_names(tmp_path: Path, simulated_dir: Path) -> None:
    table = frame(5, separate=True, index=True)
    table.columns = [re.sub("index", "klasse", name) for name in table.columns]
    check(save(table, tmp_path, "csv"), simulated_dir, 5)
    found = load_predictions(tmp_path / "p.csv", n_images=N, column="klasse")
    assert np.array_equal(found.labels, RANKED[:, :5])
    with pytest.raises(AnalysisError, match="there is no column 'index': it has filename, klas"):
        load_predictions(tmp_path / "p.csv", n_images=N, column="index")


def test_what_was_taken_is_said(tmp_path: Path) -> None:
    table = frame(5, separate=True, index=True)
    found = load_predictions(save(table, tmp_path, "csv"), n_images=N)
    assert found.note == (
        "predictions are the columns index_0 to index_4, not the columns prob_0 to prob_4"
    )
    bare = table[["filename", *(f"index_{i}" for i in range(5))]]
    assert load_predictions(save(bare, tmp_path, "csv"), n_images=N).note == ""
