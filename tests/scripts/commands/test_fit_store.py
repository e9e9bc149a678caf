"""`reassess fit STORE`: the files that a fit of the same votes writes, in the store's order."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from aggregation import METHODS, Table, VoteError, VoteStore, fit_dawid_skene, posterior_table
from aggregation.models.catalogue import DEFAULT_METHOD

from ...support.commands import PROGRAM, Command, refused
from ...support.methods import quietly
from ...support.stores import bytes_of, copied, small_store, write_rows


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


@pytest.mark.parametrize("name", [one.name for one in METHODS.values() if one.by_passes])
def test_writes_what_any_method_comes_to_in_memory(
    reassess: Command, store: VoteStore, tmp_path: Path, name: str
) -> None:
    taken = {"--restarts": "restarts", "--max-steps": "max_steps"}
    options = {word: "3" for word, option in taken.items() if option in METHODS[name].takes}
    said = [text for pair in options.items() for text in pair]
    ended = reassess("fit", store.folder, "--method", name, "-o", tmp_path, *said)
    assert ended.status == 0
    wanted = quietly(METHODS[name], store.votes(), **{taken[word]: 3 for word in options})
    assert (tmp_path / "labels.csv").read_text() == wanted.labels().to_csv()
    assert (
        parquet.read_table(tmp_path / "posteriors.parquet").to_pydict()
        == Table(posterior_table(wanted)).to_arrow().to_pydict()
    )
    names = {"labels.csv", "raters.csv", "posteriors.parquet", "error_rates.csv", "fit.json"}
    if "there is no error_rates.csv" in ended.err:
        names.remove("error_rates.csv")
        with pytest.raises(VoteError, match="has no model"):
            wanted.answer_probabilities()
    assert set(bytes_of(tmp_path)) == names
    assert json.loads((tmp_path / "fit.json").read_text())["n_steps"] == wanted.n_steps


def test_the_default_takes_a_store(reassess: Command, store: VoteStore, tmp_path: Path) -> None:
    ended = reassess("fit", store.folder, "-o", tmp_path)
    assert (ended.status, ended.out) == (0, "")
    assert json.loads((tmp_path / "fit.json").read_text())["method"] == DEFAULT_METHOD
    wanted = METHODS[DEFAULT_METHOD](store.votes())
    assert (tmp_path / "labels.csv").read_text() == wanted.labels().to_csv()
    refused(reassess("fit", store.folder, "--classes", "9", "--method", "ibcc"), "9 classes")
    other = reassess("fit", store.folder, "--classes", "3", "--max-steps", "3")
    assert "Took --method dawid-skene, not ibcc, because of --classes 3" in other.err


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ((), {}),
        (("--method", "wawa"), {}),
        (("--method", "dawid-skene", "--truth-role", "start", "--max-steps", "20"), {}),
        (("--classes", "2", "--max-steps", "20"), {"classes": ["big", "small"]}),
        (("--max-steps", "9", "--pseudo-count", "0.1"), {"unknown": 2}),
    ],
)
def test_known_items_are_those_of_the_votes_in_memory(
    reassess: Command,
    store: VoteStore,
    tmp_path: Path,
    said: tuple[str, ...],
    options: dict[str, Any],
) -> None:
    names = list(store.votes().item_names)
    classes = options.get("classes", store.answer_names)
    rows = [(name, classes[k % len(classes)]) for k, name in enumerate(names) if k % 3]
    rows += [(f"unknown {k}", classes[0]) for k in range(options.get("unknown", 0))]
    truth = write_rows(tmp_path / "truth.csv", rows, "item,class")
    ended = reassess("fit", store.folder, "--truth", truth, "-o", tmp_path / "out", *said)
    assert ended.status == 0
    # the same votes as a file in the store's order: their sums are added in another order
    votes = store.votes()
    triples = zip(votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist(), strict=True)
    named = [(names[i], store.rater_names[r], store.answer_names[a]) for i, r, a in triples]
    other = write_rows(tmp_path / "votes.csv", named)
    whole = reassess("fit", other, "--truth", truth, "-o", tmp_path / "whole", *said)
    assert whole.status == 0
    found, wanted = rows_of(tmp_path / "out/labels.csv"), rows_of(tmp_path / "whole/labels.csv")
    assert found.keys() == wanted.keys()
    assert [row["label"] for row in found.values()] == [wanted[item]["label"] for item in found]
    for item, row in found.items():
        assert float(row["confidence"]) == pytest.approx(
            float(wanted[item]["confidence"]), abs=1e-6
        )
    for line in ("known and kept", "came out right", "without votes, left out", "items (", "below"):
        assert [text for text in ended.err.splitlines() if line in text] == [
            text for text in whole.err.splitlines() if line in text
        ]
    assert ("known items without votes, left out: 2" in ended.err) == ("unknown" in options)
    assert "known items" in ended.err or "were known and kept" in ended.err


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    return {row["item"]: row for row in csv.DictReader(path.read_text().splitlines())}


def test_names_that_differ_in_writing_are_one(reassess: Command, tmp_path: Path) -> None:
    rows = [("Photo 1", "Ann", "yes"), ("photo  1", "bob", "Yes"), ("photo  1", "cy", "yes")]
    votes = write_rows(tmp_path / "votes.csv", [*rows, ("x", "ann ", "no"), ("X", "bob", "no")])
    truth = write_rows(tmp_path / "truth.csv", [("PHOTO 1", "YES")], "item,class")
    ended = reassess("ingest", votes, "-o", tmp_path / "store", "--normalise")
    assert "wrote 5 votes of 3 raters on 2 items, 2 answers" in ended.err
    known = ("--truth", truth, "--normalise", "--method", "wawa")
    found = reassess("fit", tmp_path / "store", *known)
    wanted = reassess("fit", votes, *known)
    assert sorted(found.out.splitlines()) == sorted(wanted.out.splitlines())
    assert "1 items were known and kept their class" in found.err


@pytest.mark.parametrize(
    "options",
    [
        ("--pseudo-count", "0.1", "--tol", "0", "--max-steps", "200"),
        ("--tol", "0", "--max-steps", "200"),
        ("--method", "ebcc", "--restarts", "1", "--tol", "0", "--max-steps", "40"),
    ],
)
def test_killed_and_resumed(
    store: VoteStore, tmp_path: Path, reassess: Command, options: tuple[str, ...]
) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "fit", str(store.folder), "-o", str(tmp_path / "a"), *options],
        stderr=subprocess.DEVNULL,
    )
    checkpoint = tmp_path / "a" / "checkpoint.npz"
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = {path.name for path in (tmp_path / "a").glob("[!.]*")}
    assert {"checkpoint.npz"} <= left <= {"checkpoint.npz", "checkpoint-1.npz"}
    assert reassess("fit", store.folder, "-o", tmp_path / "a", "--resume", *options).status == 0
    anew = reassess("fit", store.folder, "-o", tmp_path / "b", "--resume", *options)
    assert "to go on from: the fit starts anew" in anew.err
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_refuses_in_one_line(
    reassess: Command, store: VoteStore, votes: Path, tmp_path: Path
) -> None:
    refused(reassess("fit", store.folder, "--answer", "x"), "is a store, whose votes were read")
    refused(reassess("fit", store.folder, "--class", "x"), "--normalise go with --truth")
    refused(reassess("fit", store.folder, "--method", "glad"), "glad needs all votes in memory")
    refused(reassess("fit", store.folder, "--resume"), "--resume needs -o DIR")
    wawa = ("--method", "wawa", "-o", tmp_path, "--resume")
    refused(reassess("fit", store.folder, *wawa), "--method wawa does not climb")
    refused(reassess("fit", votes, "--resume"), "--resume goes with a store (reassess ingest)")
    damaged = copied(store, tmp_path / "store")
    (damaged / "codes-0002.i32").write_bytes(b"")
    refused(reassess("fit", damaged), "codes-0002.i32: has been altered since the store was made")
