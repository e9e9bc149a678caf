"""`reassess fit STORE`: the files that a fit of the same votes writes, in the store's order."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from pyarrow import parquet

from aggregation import VoteStore, fit_dawid_skene

from ...support.commands import PROGRAM, Command, refused
from ...support.stores import bytes_of, copied, small_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VoteStore:
    return small_store(tmp_path_factory.mktemp("votes"))


@pytest.fixture(scope="module")
def votes(store: VoteStore) -> Path:
    return store.folder.parent / "votes.csv"


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text().splitlines()))


OPTIONS = ("--pseudo-count", "0.5", "--tol", "1e-7")


def test_writes_what_a_fit_of_the_votes_writes(
    reassess: Command, votes: Path, store: VoteStore, tmp_path: Path
) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    ended = reassess("fit", store.folder, "-o", out, *OPTIONS)
    assert (ended.status, ended.out) == (0, "")
    assert f"to {out}, in the store's order" in ended.err
    assert reassess("fit", votes, "-o", other, *OPTIONS).status == 0
    names = {"labels.csv", "raters.csv", "posteriors.parquet", "error_rates.csv", "fit.json"}
    assert set(bytes_of(out)) == names
    assert {path.name for path in other.iterdir()} == {*names, "next_votes.csv"}
    found, wanted = rows(out / "labels.csv"), rows(other / "labels.csv")
    assert found[0] == wanted[0]
    assert [row[0] for row in found[1:]] == list(store.votes().item_names)
    whole = {row[0]: row for row in wanted[1:]}
    for row in found[1:]:
        (item, label, confidence, *rest), said = row, whole[row[0]]
        assert (item, label, rest[:2], rest[3]) == (said[0], said[1], said[3:5], said[6])
        assert float(confidence) == pytest.approx(float(said[2]), abs=1e-4)
    posteriors = parquet.read_table(out / "posteriors.parquet")
    assert posteriors.column_names == parquet.read_table(other / "posteriors.parquet").column_names
    assert posteriors["item"].to_pylist() == list(store.votes().item_names)
    exact = fit_dawid_skene(store.votes(), pseudo_count=0.5, tol=1e-7)
    assert posteriors["posterior_cat"].to_pylist() == exact.posterior[:, 0].tolist()
    assert [row[:2] for row in rows(out / "raters.csv")] == [
        row[:2] for row in rows(other / "raters.csv")
    ]
    numbers = json.loads((out / "fit.json").read_text())
    assert numbers["log_likelihood"] == exact.log_likelihood
    assert numbers["inputs"]["votes"]["path"] == str(store.folder / "manifest.json")
    for line in json.loads((other / "fit.json").read_text())["class_prior"]:
        assert line in ended.err


def test_prints_labels_and_numbers(reassess: Command, store: VoteStore) -> None:
    printed = reassess("fit", store.folder, *OPTIONS)
    labels = list(csv.reader(io.StringIO(printed.out)))
    assert [row[0] for row in labels] == ["item", *store.votes().item_names]
    numbers = reassess("fit", store.folder, "--json", "--quiet", *OPTIONS)
    assert json.loads(numbers.out)["n_votes"] == store.n_votes
    assert numbers.err == ""


def test_killed_and_resumed(store: VoteStore, tmp_path: Path, reassess: Command) -> None:
    options = ("--pseudo-count", "0.1", "--tol", "0", "--max-steps", "200")
    process = subprocess.Popen(
        [*PROGRAM, "fit", str(store.folder), "-o", str(tmp_path / "a"), *options],
        stderr=subprocess.DEVNULL,
    )
    checkpoint = tmp_path / "a" / "checkpoint.npz"
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [path.name for path in (tmp_path / "a").glob("[!.]*")] == ["checkpoint.npz"]
    assert reassess("fit", store.folder, "-o", tmp_path / "a", "--resume", *options).status == 0
    anew = reassess("fit", store.folder, "-o", tmp_path / "b", "--resume", *options)
    assert "to go on from: the fit starts anew" in anew.err
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_refuses_in_one_line(
    reassess: Command, store: VoteStore, votes: Path, tmp_path: Path
) -> None:
    refused(reassess("fit", store.folder, "--truth", votes), "is a store, whose votes were read")
    refused(reassess("fit", store.folder, "--method", "ibcc"), "ibcc needs all votes in memory")
    refused(reassess("fit", store.folder, "--resume"), "--resume needs -o DIR")
    refused(reassess("fit", votes, "--resume"), "--resume goes on with a fit of a store")
    damaged = copied(store, tmp_path / "store")
    (damaged / "codes-0002.i32").write_bytes(b"")
    refused(reassess("fit", damaged), "codes-0002.i32: has been altered since the store was made")
