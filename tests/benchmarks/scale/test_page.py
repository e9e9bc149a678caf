"""docs/scale.md: the benchmark measures what it says, and the page has what it found."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv, parquet

from aggregation import VoteStore
from benchmarks import __main__ as command
from benchmarks.scale import measure, page, picture, votes

from ...support.benchmark_results import read_results

pytest.importorskip("duckdb", reason="needs the bench extra")

TEXT = page.PAGE.read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| ([\d.]+) \| (\d+) \|(?: [\d.,]+ ns \|){4}((?: [\d,]+ MB \|){4})$", re.MULTILINE
)


def test_votes_are_the_same_in_both_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(votes, "PIECE", 700)
    votes.write_votes(tmp_path, 2_000)
    text, typed = (
        csv.read_csv(tmp_path / "votes.csv"),
        parquet.read_table(tmp_path / "votes.parquet"),
    )
    assert text.equals(typed)
    assert len(text) == 2_000
    right = np.array([int(item[5:]) % 5 for item in text["item"].to_pylist()])
    given = np.array([votes.ANSWERS.index(name) for name in text["answer"].to_pylist()])
    assert 0.6 < np.mean(right == given) < 0.9


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measure few votes by the command."""
    out = tmp_path_factory.mktemp("measured")
    before = page.PAGE.read_bytes(), page.PICTURE.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "QUICK_BESIDE", 3_000)
        line = ["benchmarks", "scale", "--quick", "--sizes", "0.002,0.004", "--out", str(out)]
        patch.setattr(sys, "argv", line)
        command.main()
    assert (page.PAGE.read_bytes(), page.PICTURE.read_bytes()) == before
    return out


def test_each_has_its_rival(measured: Path) -> None:
    (found,) = read_results(measured, ["scale"])
    names = [timing.what for timing in found.timings]
    for words in ("polars reads csv", "DuckDB sorts parquet by item", "cat of the same files"):
        assert sum(words in name for name in names) == 1
    assert all(min(timing.seconds) > 0 for timing in found.timings)
    digests = {timing.what: timing.digest for timing in found.timings}
    assert digests["reassess ingest, csv"] == digests["reassess ingest, parquet"] != ""
    assert digests["one step over the store"] == digests["one step in memory, in partitions"]
    assert len(found.limits) == 4


def test_the_curve_is_written_and_drawn(measured: Path) -> None:
    sizes = page.read(measured)
    assert [size.n_votes for size in sizes] == [2_000, 4_000]
    text = (measured / "scale.md").read_text()
    assert [row[0] for row in ROW.findall(text)] == ["0.002", "0.004"]
    assert (measured / "scale.png").read_bytes()[:4] == b"\x89PNG"
    axes = picture.scale_figure(sizes).axes
    assert [text.get_text() for one in axes for text in one.texts] != []
    for one, lines in zip(axes, (picture.TIMES, picture.PEAKS), strict=True):
        assert {text.get_text() for text in one.texts} == {line[0] for line in lines}
        for (_, _, _, value), line in zip(lines, one.lines, strict=True):
            np.testing.assert_array_equal(line.get_ydata(), [value(size) for size in sizes])


def test_names_do_not_overlap() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        places = sorted(rng.random(4))
        moved = picture.apart(places)
        assert np.diff(moved).min() > picture.LINE - 1e-4
    assert picture.apart([0.1, 0.5, 0.9]) == [0.1, 0.5, 0.9]


def test_the_page_has_the_curve() -> None:
    part = TEXT.split(page.BEGIN)[1].split(page.END)[0]
    rows = ROW.findall(part)
    assert [float(row[0]) for row in rows] == list(page.SIZES)
    # from 10 million votes on, no more memory is taken but by what holds the votes
    peaks = [
        [int(cell.replace(",", "")) for cell in re.findall(r"([\d,]+) MB", row[2])] for row in rows
    ]
    for place in range(3):
        held = [peak[place] for peak in peaks[2:]]
        assert max(held) <= 1.1 * min(held)
    assert f"]({page.PICTURE.name})" in part
    assert page.PICTURE.is_file()


def test_what_a_store_is_asked_is_forgotten(tmp_path: Path) -> None:
    votes.write_votes(tmp_path, 1_000)
    store = VoteStore.ingest(tmp_path / "votes.csv", tmp_path / "store")
    measure.forget(store.folder)
    assert VoteStore.open(store.folder).n_votes == 1_000
    assert measure.task("cat", str(store.folder))["wall"] > 0


def test_sizes_survive_a_file(measured: Path) -> None:
    held = json.loads((measured / "scale-curve.json").read_text())
    assert [size._asdict() for size in measure.as_sizes(held)] == held
