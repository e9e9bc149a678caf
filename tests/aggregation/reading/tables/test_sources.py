"""What is not a file is said to be none."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation import Votes, VoteStore, read_known_items

from ....support.commands import Command, refused

URLS = ["https://example.org/votes.csv", "s3://bucket/votes.parquet", "file:///votes.csv"]
SAID = "files are read from this machine: download it first"


@pytest.mark.parametrize("url", URLS)
def test_a_url_is_no_file(url: str, tmp_path: Path) -> None:
    """A path makes one slash of two, and a message two of one."""
    votes = Votes.from_triples(["a"], ["b"], ["c"])
    for read in (
        lambda: Votes.read(url),
        lambda: Votes.read(Path(url)),
        lambda: read_known_items(url, votes=votes),
        lambda: VoteStore.ingest(url, tmp_path / "store"),
    ):
        with pytest.raises(FileNotFoundError, match=SAID) as raised:
            read()
        assert raised.value.filename == url


@pytest.mark.parametrize("url", URLS)
def test_commands_say_so(reassess: Command, url: str, tmp_path: Path) -> None:
    for command in (("report",), ("ingest", "-o", tmp_path / "store"), ("explore", "--votes")):
        refused(reassess(*command, url), f"{url}: {SAID}")


def test_a_file_may_be_called_like_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("https:").mkdir()
    Path("https:/votes.csv").write_text("item,rater,answer\na,b,c\n")
    assert Votes.read("https://votes.csv").n_votes == 1
    with pytest.raises(FileNotFoundError):
        Votes.read("none.csv")


def test_its_password_is_not_said() -> None:
    with pytest.raises(FileNotFoundError, match=SAID) as raised:
        Votes.read("ftp://ann:secret@example.org/votes.csv")
    assert raised.value.filename == "ftp://example.org/votes.csv"


def test_a_folder_is_the_rater_where_all_files_are_called_alike(tmp_path: Path) -> None:
    for rater in ("ann", "bob"):
        (tmp_path / "votes" / rater).mkdir(parents=True)
        (tmp_path / "votes" / rater / "labels.csv").write_text("item,label\na,x\nb,y\n")
    votes = Votes.read(tmp_path / "votes")
    assert (votes.n_votes, votes.rater_names) == (4, ("ann", "bob"))
    store = VoteStore.ingest(tmp_path / "votes", tmp_path / "store").votes()
    assert (store.n_votes, list(store.rater_names)) == (4, ["ann", "bob"])
    # one who has two files is one rater still
    (tmp_path / "votes" / "ann" / "cem.csv").write_text("item,label\nc,x\n")
    (tmp_path / "votes" / "bob" / "cem.csv").write_text("item,label\nd,x\n")
    assert Votes.read(tmp_path / "votes").rater_names == ("cem", "labels")
