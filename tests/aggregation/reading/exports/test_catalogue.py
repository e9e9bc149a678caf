"""Which export a file is: its own, and none for plain votes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyarrow import parquet

from aggregation.errors import VoteError
from aggregation.reading.exports.catalogue import (
    EXPORTS,
    export_named,
    recognise_json,
    recognise_table,
)

from .layouts import read_json, read_table

TABLES = {
    "mturk.csv": "mturk",
    "mturk_unreviewed.csv": "mturk",
    "mturk_crowd.csv": "mturk",
    "toloka.tsv": "toloka",
    "appen_full.csv": "appen",
    "labelstudio.csv": "label_studio",
    "counts_only.csv": "counts",
    "wide.csv": None,
    "paired_columns.csv": None,
    "perf.csv": None,
    "snake.csv": None,
    "nohead.csv": None,
}
VALUES = {
    "labelstudio.json": "label_studio",
    "labelstudio_min.json": "label_studio",
    "prodigy.jsonl": "prodigy",
    "doccano_A1XZ.jsonl": "doccano",
    "argilla.jsonl": "argilla",
    "labelbox.ndjson": "labelbox",
    "peerannot_answers.json": "peerannot",
    "plain.json": None,
    "plain.jsonl": None,
    "base.json": None,
}


@pytest.mark.parametrize(("file", "name"), TABLES.items())
def test_a_table_is_one_export_or_none(file: str, name: str | None, exports: Path) -> None:
    table = read_table(exports / file, "\t" if file.endswith(".tsv") else ",")
    names = table.column_names
    found = [one.name for one in EXPORTS if one.reads == "table" and one.recognises(names)]
    assert found == ([] if name in (None, "counts") else [name])
    export = recognise_table(names, table)
    assert (export and export.name) == name


@pytest.mark.parametrize(("file", "name"), VALUES.items())
def test_a_json_value_is_one_export_or_none(file: str, name: str | None, exports: Path) -> None:
    value = read_json(exports / file)
    found = [one.name for one in EXPORTS if one.reads == "json" and one.recognises(value)]
    assert found == ([] if name is None else [name])
    export = recognise_json(value)
    assert (export and export.name) == name


def test_lists_in_a_parquet_file(exports: Path) -> None:
    table = parquet.read_table(exports / "hf_lists.parquet")
    export = recognise_table(table.column_names, table)
    assert export is not None
    assert export.name == "hf_lists"


def test_plain_files_of_votes_are_no_export(exports: Path) -> None:
    files = sorted((exports.parent / "votes").glob("*.csv"))
    assert len(files) > 15
    for path in files:
        header = path.read_bytes().splitlines()[0].decode("latin-1").split(",")
        assert recognise_table(header) is None, path


@pytest.mark.parametrize(
    "names",
    [
        ["task", "worker", "label"],
        ["item", "rater", "answer"],
        ["task_id", "worker_id", "label"],
        ["", "task", "worker", "label"],
        ["id", "text", "label"],
        ["question", "rater", "answer"],
        ["user", "item", "rating", "timestamp"],
        ["WorkerId", "HITId", "Answer"],
        ["_unit_id", "_worker_id_hash", "label"],
        [],
    ],
)
def test_usual_columns_are_no_export(names: list[str]) -> None:
    assert recognise_table(names) is None


def test_exports_by_name() -> None:
    assert export_named("mturk").platform == "Amazon Mechanical Turk"
    assert export_named("Label-Studio").reads == "json"
    assert export_named("label_studio", "table").reads == "table"
    assert {one.name for one in EXPORTS if one.reads == "json"} >= {"argilla", "labelbox"}
    with pytest.raises(VoteError, match="'labelstudio': did you mean label_studio"):
        export_named("labelstudio")
    with pytest.raises(VoteError, match="no export is called 'zzz': there are mturk, toloka"):
        export_named("zzz")
    with pytest.raises(VoteError, match="of Prodigy is JSON: this is a table"):
        export_named("prodigy", "table")


def test_no_two_exports_share_a_name_and_a_kind() -> None:
    keys = [(one.name, one.reads) for one in EXPORTS]
    assert len(keys) == len(set(keys))


def test_the_page_on_exports_has_each() -> None:
    page = (Path(__file__).parents[4] / "docs" / "exports.md").read_text(encoding="utf-8")
    named = re.findall(r"^\*\*[^*]+\*\*[^(]*\(`(\w+)`\)", page, re.MULTILINE)
    assert named == list(dict.fromkeys(one.name for one in EXPORTS))
