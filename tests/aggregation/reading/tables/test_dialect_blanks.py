"""Blanks between cells: before quotes, before all cells, and in place of a separator."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation import Votes, VoteStore

from ....support.named import named_votes

VOTES = [(f"i {number // 3}", f"r{number % 3}", "yn"[number % 2]) for number in range(30)]
PLAIN = [(item.replace(" ", ""), rater, answer) for item, rater, answer in VOTES]


def read(folder: Path, lines: list[str]) -> list[tuple[str, str, str]]:
    path = folder / "votes.csv"
    path.write_text("\n".join(lines) + "\n")
    votes = Votes.read(path)
    store = VoteStore.ingest(path, folder / "store")
    assert named_votes(store.votes()) == named_votes(votes)
    return sorted(named_votes(votes).elements())


def test_quotes_after_a_blank_enclose_a_cell(tmp_path: Path) -> None:
    lines = ['"item", "rater", "answer", "note"']
    lines += [f'"{item}", "{rater}", "{answer}", "so, ""it""\nis"' for item, rater, answer in VOTES]
    assert read(tmp_path, lines) == sorted(VOTES)


def test_quotes_after_a_blank_in_some_columns(tmp_path: Path) -> None:
    lines = ["item,rater,answer,note"]
    lines += [f'{item},{rater}, "{answer}",' for item, rater, answer in VOTES]
    assert read(tmp_path, lines) == sorted(VOTES)


def test_a_blank_before_every_cell_is_none_of_it(tmp_path: Path) -> None:
    lines = ["item, rater, answer", *map(", ".join, VOTES)]
    assert read(tmp_path, lines) == sorted(VOTES)
    path = tmp_path / "gaps.csv"
    path.write_text("\n".join([*lines, "i 99, r0, "]) + "\n")
    with pytest.raises(ValueError, match=r"the answer .* is missing: 1 vote has none: line 32"):
        Votes.read(path)


def test_blanks_that_belong_to_cells_stay(tmp_path: Path) -> None:
    lines = ["item,rater,answer,note"]
    lines += [f'{item},{rater}, {answer},", ""so"""," ""it"' for item, rater, answer in VOTES[:1]]
    lines += [f'{item},{rater}, {answer}," ""so"" "' for item, rater, answer in VOTES[1:]]
    lines[1] = lines[1].removesuffix('," ""it"')
    assert read(tmp_path, lines) == sorted((item, rater, f" {a}") for item, rater, a in VOTES)


def test_blanks_separate_where_nothing_else_does(tmp_path: Path) -> None:
    write_table = ['"item" "rater" "answer"']
    write_table += [f'"{n}" "{i}" "{r}" "{a}"' for n, (i, r, a) in enumerate(VOTES, 1)]
    assert read(tmp_path, write_table) == sorted(VOTES)


def test_blanks_that_align_columns_separate(tmp_path: Path) -> None:
    aligned = [f"{i:<12}{r:<8}{a}" for i, r, a in [("item", "rater", "answer"), *PLAIN]]
    assert read(tmp_path, aligned) == sorted(PLAIN)


def test_a_title_is_no_header_of_blanks(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("\n".join(["The votes, of spring", *map(",".join, PLAIN)]))
    with pytest.raises(ValueError, match="the columns are"):
        Votes.read(path)
