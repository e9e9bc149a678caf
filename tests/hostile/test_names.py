"""Every output of every command that takes votes, with names that are evil."""

from __future__ import annotations

import csv
import inspect
import io
import json
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import Table, Votes, error_rate_table, fit_dawid_skene, posterior_table
from aggregation.errors import VoteError, apart, shown
from analysis.figures.drawing import shortened
from analysis.raters.quality.quality import quality_columns, rater_quality
from analysis.tables import json_text, to_parquet
from scripts import main

from ..support.commands import Command
from .names import EVIL, OBEYED, evil_votes, write_parquet

# Arguments of each command that takes votes; FILE stands for them, KNOWN for classes of items,
# FITTED for an earlier fit.
COMMANDS = {
    "fit": (["FILE", "-o", "out"], ["FILE", "--format", "csv", "-o", "out"], ["FILE", "--json"]),
    "raters": (["--votes", "FILE", "-o", "out"],),
    "report": (["FILE", "-o", "out/report.html"],),
    "compare": (["--votes", "FILE", "-o", "out"],),
    "ingest": (["FILE", "-o", "out"],),
    "score": (["FILE", "--fit", "FITTED", "-o", "out"], ["FILE", "--fit", "FITTED"]),
    "explore": (["--votes", "FILE", "--truth", "KNOWN", "-o", "out/explore.html"],),
}
PLAIN = ["--export", "NONE"]


def refuse(constant: str) -> None:
    raise AssertionError(f"JSON has no {constant}")


class Scripts(HTMLParser):
    """Gathers what a page's scripts hold."""

    def __init__(self) -> None:
        super().__init__()
        self.contents: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag == "script":
            self.contents.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.contents[-1] += data


def csv_rows(text: str) -> list[list[str]]:
    """Take csv apart by Python's reader, which knows nothing of ours."""
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def check_file(path: Path, names: set[str]) -> None:
    """Read a file as a stranger would; what names there are must be the votes'."""
    content = path.read_bytes()
    if path.suffix == ".csv":
        rows = csv_rows(content.decode())
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}
        columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
        assert len(columns) == len(rows[0])
        for column in {"item", "rater", "answer"} & columns.keys():
            assert set(columns[column]) <= names, (path, column)
    elif path.suffix == ".json":
        json.loads(content, parse_constant=refuse)
        assert content.isascii()
    elif path.suffix == ".parquet":
        from pyarrow import parquet

        table = parquet.read_table(path)
        assert set(table["item" if "item" in table.column_names else "name"].to_pylist()) <= names
    elif path.suffix in (".i32", ".i64"):
        assert len(content) % (int(path.suffix[2:]) // 8) == 0  # numbers, no names
    elif path.suffix == ".html":
        page = Scripts()
        page.feed(content.decode())
        assert len(page.contents) == 2  # the data and what reads them: no name makes a third
        json.loads(page.contents[0], parse_constant=refuse)
        assert not OBEYED.search(content.decode())
    else:
        assert content.startswith({".png": b"\x89PNG", ".pdf": b"%PDF"}[path.suffix])


def test_the_table_has_every_command_that_takes_votes() -> None:
    takes = {
        command.callback.__name__
        for command in main.app.registered_commands
        if command.callback and "where" in inspect.signature(command.callback).parameters
    }
    assert takes == COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_every_output(
    reassess: Command,
    command: str,
    terminal: bool,
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = evil_votes(seed)
    names = {name for column in columns.values() for name in column}
    file = write_parquet(tmp_path / "votes.parquet", columns)
    labels = dict(zip(columns["item"], columns["label"], strict=True))
    classes = {"item": [*labels], "class": [*labels.values()]}
    files = {"FILE": str(file), "KNOWN": str(write_parquet(tmp_path / "known.parquet", classes))}
    if command == "score":
        files["FITTED"] = str(tmp_path / "fitted")
        assert reassess("fit", file, "-o", tmp_path / "fitted", *PLAIN).status == 0
    if terminal:
        for stream in (sys.stdout, sys.stderr):
            monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("TERM", "dumb")
        monkeypatch.setenv("NO_COLOR", "1")
    for arguments in COMMANDS[command]:
        said = [files.get(word, word) for word in arguments]
        ended = reassess(command, *said, *PLAIN)
        assert ended.status == 0, ended.err
        assert "Traceback" not in ended.err
        shown = [ended.err, ended.out] if terminal else [ended.err]
        for text in shown:
            assert not OBEYED.search(text), ascii(OBEYED.search(text))
        if "--json" in arguments:
            json.loads(ended.out, parse_constant=refuse)
        elif not terminal and ended.out:
            rows = csv_rows(ended.out)
            assert {len(row) for row in rows} == {len(rows[0])}
    written = list((tmp_path / "out").iterdir())
    assert written
    for path in written:
        check_file(path, names)


def test_an_error_shows_no_name_raw(reassess: Command, tmp_path: Path) -> None:
    columns = evil_votes(0)
    for name in EVIL:
        columns["label"][0] = name
        file = write_parquet(tmp_path / "votes.parquet", columns)
        ended = reassess("fit", file, "--answers", "no,yes", *PLAIN)
        assert ended.status == 2
        (line,) = ended.err.rstrip("\n").split("\n")
        assert not OBEYED.search(line)
        assert len(line) < 1100
    ended = reassess("fit", tmp_path / "no\x1b]0;such\x07\rfile.csv")
    assert ended.status == 2
    assert not OBEYED.search(ended.err)


def test_csv_keeps_every_name() -> None:
    text = Table({"name": EVIL, "number": range(len(EVIL))}).to_csv()
    assert [row[0] for row in csv_rows(text)[1:]] == list(EVIL)
    import pandas as pd

    held = pd.read_csv(io.StringIO(text, newline=""), keep_default_na=False, dtype=str)
    assert held["name"].tolist() == list(EVIL)


@pytest.mark.parametrize("name", EVIL)
def test_no_name_is_mathematics(name: str) -> None:
    """What matplotlib draws is the name, and not what it takes for a formula."""
    from matplotlib import cbook

    text = shortened(name, 5000)
    assert not cbook.is_math_text(text)
    assert not OBEYED.search(text)


SAME: list[tuple[list[Any], list[str]]] = [
    ([1, "1"], ["1", "'1'"]),
    ([0.0, -0.0], ["0.0", "-0.0"]),
    ([True, "True", 1], ["True", "'True'", "1"]),
    (["1", "'1'", 1], ["'1'", "'1' (2)", "1"]),
    ([None, "None"], ["None", "'None'"]),
    (["a", "a", "a (2)"], ["a", "a (2)", "a (2) (2)"]),
]


@pytest.mark.parametrize(("names", "expected"), SAME)
def test_names_that_read_the_same_are_told_apart(names: list[Any], expected: list[str]) -> None:
    assert apart(names) == expected


def test_tables_of_names_that_read_the_same() -> None:
    rng = np.random.default_rng(0)
    names = [1, "1", "x_if_1"]
    answers = np.where(rng.random(300) < 0.8, np.arange(300) // 100, rng.integers(0, 3, 300))
    items, raters = np.arange(300) // 3, np.arange(300) % 3
    votes = Votes.from_triples(items, [names[k] for k in raters], [names[k] for k in answers])
    fit = fit_dawid_skene(votes, pseudo_count=1)
    table = Table(posterior_table(fit))
    assert len(table.column_names) == 2 + 3
    posteriors = [table[name] for name in table.column_names if name.startswith("posterior_")]
    np.testing.assert_array_equal(np.transpose(posteriors), fit.posterior)
    quality = quality_columns(rater_quality(fit), class_names=fit.class_names)
    assert sum(name.startswith("em_") for name in quality) == 9
    rates = Table(error_rate_table(fit))
    held = to_parquet(dict(rates))
    assert held
    rows = list(csv.DictReader(rates.to_csv().splitlines()))
    assert len({row["rater"] for row in rows}) == 3
    assert len({row["class"] for row in rows}) == 3
    prior = json.loads(json_text(dict(zip(fit.class_names, fit.class_prior, strict=True))))
    assert len(prior) == 3


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), np.float64("nan"), np.float32("-inf")]
)
def test_what_is_no_number_is_null_in_json(number: Any) -> None:
    text = json_text({"a": [number, {"b": (number,)}], "c": np.array([number, 1])})
    assert json.loads(text, parse_constant=refuse) == {
        "a": [None, {"b": [None]}],
        "c": [None, 1.0],
    }


def test_ids_of_64_bits_are_written_as_they_are() -> None:
    from pyarrow import BufferReader, parquet

    ids = [2**63 + 5, 3, 2**64 - 1]
    read = parquet.read_table(BufferReader(to_parquet({"id": ids})))
    assert read["id"].to_pylist() == ids
    larger = parquet.read_table(BufferReader(to_parquet({"id": [2**70, -1]})))
    assert larger["id"].to_pylist() == [str(2**70), "-1"]


def test_html_shows_names_and_obeys_none() -> None:
    html = Table({"<b>": list(EVIL[:9]), "\x1b": EVIL[9:18]})._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert not OBEYED.search(html)


def test_a_long_name_is_shown_at_once() -> None:
    begun = time.perf_counter()
    assert len(shown("a" * 10**7 + "@example.org")) <= 60
    assert time.perf_counter() - begun < 1


def test_a_long_message_is_cut_in_its_middle() -> None:
    message = str(VoteError(f"votes.csv: {'x' * 10**6}: mend it"))
    assert len(message) == 1000
    assert message.startswith("votes.csv: x")
    assert message.endswith("x: mend it")
