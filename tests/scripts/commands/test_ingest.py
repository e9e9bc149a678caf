"""`reassess ingest`: it makes the store that the function makes."""

from __future__ import annotations

from pathlib import Path

from aggregation import VoteStore

from ...support.commands import Command, refused
from ...support.stores import bytes_of, shuffled_table, write_csv


def test_makes_what_the_function_makes(reassess: Command, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", shuffled_table(1_000))
    ended = reassess("ingest", path, "-o", tmp_path / "a", "--partitions", "3", "--memory", "50M")
    assert (ended.status, ended.out) == (0, "")
    store = VoteStore.open(tmp_path / "a")
    took, repeated, wrote = ended.err.splitlines()[-3:]
    assert took == "Took 'item' for the item, 'rater' for the rater, 'answer' for the answer."
    assert repeated.startswith(f"{store.manifest.n_repeated} rows repeat a (rater, item) pair")
    assert wrote == (
        f"wrote 1,000 votes of {store.n_raters} raters on {store.n_items} items, 4 answers, to "
        f"{store.folder} in 3 partitions"
    )
    VoteStore.ingest([path], tmp_path / "b", partitions=3)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_one_of_a_kind_is_counted_so(reassess: Command, tmp_path: Path) -> None:
    path, store = tmp_path / "votes.csv", tmp_path / "store"
    path.write_text("item,rater,answer\na,ann,yes\n")
    one = "1 vote of 1 rater on 1 item, 1 answer"
    assert reassess("ingest", path, "-o", store).err.splitlines()[-1] == (
        f"wrote {one}, to {store} in 1 partition"
    )
    path.write_text("item,rater,answer\na,ann,yes\n\n")  # to its end, with other bytes
    repeated, added = reassess("ingest", path, "-o", store, "--add").err.splitlines()[-2:]
    assert repeated.startswith("1 row repeats a (rater, item) pair, and each counts as a vote")
    assert added == (
        f"added 1 vote to {store}, which holds 2 votes of 1 rater on 1 item, 1 answer, in 1 "
        "partition"
    )
    fitted = reassess("fit", store, "-o", tmp_path / "fitted", "--method", "vote-share")
    assert "2 votes of 1 rater on 1 item, 1 answer" in fitted.err.splitlines()


def test_rows_that_are_dropped_are_said_as_in_memory(reassess: Command, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", shuffled_table(1_000))
    for kind in ("keep", "first", "last"):
        how = ("--duplicates", kind)
        said = reassess("ingest", path, "-o", tmp_path / kind, *how, "--partitions", "3").err
        in_memory = reassess("fit", path, "--method", "vote-share", "-o", tmp_path / "fit", *how)
        *notes, wrote = said.splitlines()
        assert notes == in_memory.err.splitlines()[: len(notes)]
        assert len(notes) == (1 if kind == "keep" else 2)
        assert notes[-1].endswith(f": the {kind} is kept.") or kind == "keep"
        assert in_memory.err.splitlines()[len(notes)].startswith(wrote[6:].partition(", to")[0])


def test_adds_to_a_store(reassess: Command, tmp_path: Path) -> None:
    old = write_csv(tmp_path / "old.csv", shuffled_table(1_000))
    new = write_csv(tmp_path / "new.csv", shuffled_table(200, seed=1, n_raters=210))
    store = VoteStore.ingest(old, tmp_path / "store", partitions=3)
    ended = reassess("ingest", new, "-o", store.folder, "--add")
    assert (ended.status, ended.out) == (0, "")
    VoteStore.ingest([old, new], tmp_path / "at once", partitions=3)
    assert bytes_of(store.folder) == bytes_of(tmp_path / "at once")
    larger = VoteStore.open(store.folder)
    assert ended.err.splitlines()[-1] == (
        f"added 200 votes to {store.folder}, which holds 1,200 votes of {larger.n_raters} raters "
        f"on {larger.n_items} items, 4 answers, in 3 partitions"
    )
    again = reassess("ingest", new, "-o", store.folder, "--add")
    left_out, added = again.err.splitlines()
    assert left_out == "Left out 1 of 1 inputs, which are in the store already: 'new.csv'."
    assert added.startswith(f"added 0 votes to {store.folder}, which holds 1,200 votes")
    refused(reassess("ingest", new, "-o", store.folder), "or add to it (--add, VoteStore.add)")
    refused(reassess("ingest", new, "-o", tmp_path / "none", "--add"), "no store of votes")
    refused(
        reassess("ingest", new, "-o", store.folder, "--add", "--partitions", "4"),
        "--add keeps the number of partitions",
    )


def test_refuses_in_one_line(reassess: Command, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", shuffled_table(10))
    refused(reassess("ingest", path, "-o", tmp_path), f"{tmp_path}: holds something else")
    refused(reassess("ingest", path, "-o", tmp_path / "a", "--memory", "much"), "--memory 'much'")
    refused(reassess("ingest", path, "-o", tmp_path / "a", "--truth", path), "give --truth to the")
    refused(reassess("ingest", tmp_path / "none.csv", "-o", tmp_path / "a"), "none.csv")
    assert not (tmp_path / "a").exists()
