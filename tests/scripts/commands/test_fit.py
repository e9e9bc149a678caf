"""`reassess fit`: what it writes is the fit, by name; and how it ends where it cannot."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from aggregation import (
    Votes,
    fit_dawid_skene,
    load_anesthesia,
    read_known_items,
    simulate_votes,
    vote_share,
)
from aggregation.datasets.simulate import draw_error_rates
from analysis import Release

from ...support.commands import Command, refused

TABLES = ["labels.csv", "next_votes.csv", "posteriors.parquet", "raters.csv"]
FILES = ["error_rates.csv", "fit.json", *TABLES]


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    """The anaesthetists' votes as a csv file."""
    votes = load_anesthesia()
    path = tmp_path / "patients.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient", "observer", "response"])
        for item, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True):
            writer.writerow([f"p{item + 1:02}", f"Dr {rater + 1}", answer + 1])
    return path


def table_of(path: Path) -> dict[str, list[Any]]:
    """Columns of a csv file, numbers as numbers."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
    for name, cells in columns.items():
        if name.startswith("posterior_") or name in ("rate", "expected_votes"):
            columns[name] = [float(cell) for cell in cells]
    return columns


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


DAWID_SKENE = ["--method", "dawid-skene"]


def test_writes_the_fit(reassess: Command, patients: Path, tmp_path: Path) -> None:
    ended = reassess("fit", patients, *DAWID_SKENE, "-o", tmp_path / "new" / "out")
    assert (ended.status, ended.out) == (0, "")
    out = tmp_path / "new" / "out"
    assert names_in(out) == FILES
    expected = fit_dawid_skene(load_anesthesia())

    posteriors = parquet.read_table(out / "posteriors.parquet").to_pydict()
    assert list(posteriors) == ["item", *(f"posterior_{n}" for n in range(1, 5)), "class"]
    assert posteriors["item"] == [f"p{item:02}" for item in range(1, 46)]
    found = np.array([posteriors[f"posterior_{n}"] for n in range(1, 5)]).T
    np.testing.assert_array_equal(found, expected.posterior)
    assert posteriors["class"] == (expected.classes() + 1).tolist()

    rates = table_of(out / "error_rates.csv")
    assert list(rates) == ["rater", "class", "answer", "rate", "expected_votes"]
    np.testing.assert_array_equal(np.reshape(rates["rate"], (5, 4, 4)), expected.error_rates)
    assert rates["rater"][::16] == [f"Dr {rater}" for rater in range(1, 6)]
    assert rates["class"][:16:4] == rates["answer"][:4] == ["1", "2", "3", "4"]
    votes_of = np.reshape(rates["expected_votes"], (5, 16)).sum(axis=1)
    np.testing.assert_allclose(votes_of, [135, 45, 45, 45, 45])
    counts = np.reshape(rates["expected_votes"], (5, 4, 4))
    np.testing.assert_allclose(
        counts / counts.sum(axis=2, keepdims=True), expected.error_rates, atol=1e-4
    )


def test_numbers_of_the_fit(reassess: Command, patients: Path, tmp_path: Path) -> None:
    reassess("fit", patients, *DAWID_SKENE, "-o", "out", "--plain", "--tol", "1e-6")
    numbers = json.loads(Path("out/fit.json").read_text())
    expected = fit_dawid_skene(load_anesthesia(), accelerate=False, tol=1e-6)
    assert numbers["log_likelihood"] == expected.log_likelihood
    assert numbers["trace"] == expected.trace.tolist()
    assert (numbers["n_steps"], numbers["converged"]) == (expected.n_steps, True)
    assert list(numbers["class_prior"]) == ["1", "2", "3", "4"]
    assert list(numbers["class_prior"].values()) == expected.class_prior.tolist()
    assert numbers["options"]["accelerate"] is False
    assert numbers["options"]["tol"] == 1e-6
    digest = hashlib.sha256(patients.read_bytes()).hexdigest()
    assert numbers["inputs"] == {"votes": {"path": str(patients), "sha256": digest}}
    assert numbers["versions"]["numpy"] == np.__version__


def test_says_what_it_found(reassess: Command, patients: Path) -> None:
    lines = reassess("fit", patients, *DAWID_SKENE, "-o", "out").err.splitlines()
    lines = [line for line in lines if "compiling" not in line]
    assert lines.pop(0).startswith("Took 'patient' for the item, 'observer' for the rater")
    assert "each counts as a vote" in lines.pop(0)
    assert lines[0] == "315 votes of 5 raters on 45 items, 4 answers"
    assert re.fullmatch(r"log-likelihood -192\.8909, converged after \d+ steps", lines[1])
    assert [line.split() for line in lines[2:7]] == [
        ["class", "prior", "items"],
        ["1", "0.3996", "18"],
        ["2", "0.4220", "19"],
        ["3", "0.1118", "5"],
        ["4", "0.0667", "3"],
    ]
    votes = load_anesthesia()
    share = vote_share(votes)
    differ = (share.classes() != fit_dawid_skene(votes).classes())[~share.tied].sum()
    assert lines[7].startswith(
        f"labels differ from the majority of votes on {differ} of {45 - share.tied.sum()} items"
    )
    assert share.tied.sum() == 1
    assert lines[7].endswith(", 1 tie apart")
    (wrote,) = lines[8:]
    assert wrote.startswith("wrote labels.csv, raters.csv, next_votes.csv, ")
    assert wrote.endswith(" to out")


def test_as_csv_and_the_same_twice(reassess: Command, patients: Path) -> None:
    for out in ("one", "two"):
        reassess("fit", patients, "-o", out, "--format", "csv", "--restarts", "2", "--seed", "5")
    assert set(names_in(Path("one"))) == {*FILES, "posteriors.csv"} - {"posteriors.parquet"}
    for name in names_in(Path("one")):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()
    fit = fit_dawid_skene(load_anesthesia(), restarts=2, seed=5)
    posteriors = table_of(Path("one/posteriors.csv"))
    np.testing.assert_array_equal(posteriors["posterior_2"], fit.posterior[:, 1])
    assert posteriors["class"] == [str(cls + 1) for cls in fit.classes()]


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["--pseudo-count", "0.5"], {"pseudo_count": 0.5}),
        (["--family", "one-coin"], {"family": "one-coin"}),
        (["--family", "shared"], {"family": "shared"}),
        (["--hard"], {"hard": True}),
        (["--classes", "3"], {"n_classes": 3}),
        (["--hard", "--threads", "1", "--max-steps", "0"], {"hard": True, "max_steps": 0}),
    ],
)
def test_options(
    reassess: Command, patients: Path, arguments: list[str], options: dict[str, Any]
) -> None:
    assert reassess("fit", patients, "-o", "out", *arguments).status == 0
    expected = fit_dawid_skene(load_anesthesia(), **options)
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["log_likelihood"] == expected.log_likelihood
    rates = table_of(Path("out/error_rates.csv"))["rate"]
    np.testing.assert_array_equal(rates, expected.error_rates.reshape(-1))
    names = range(1, 5) if expected.n_classes == 4 else range(expected.n_classes)
    assert list(numbers["class_prior"]) == list(map(str, names))


def test_columns_and_answers(reassess: Command, tmp_path: Path) -> None:
    text = "photo,item,who,said\n" + "".join(
        f"{photo},0,{who},{said}\n" for photo in "abcd" for who, said in (("x", "yes"), ("y", "no"))
    )
    Path("v.csv").write_text(text.replace("a,0,y,no", "a,0,y,yes"))
    columns = ["--item", "photo", "--rater", "who", "--answer", "said"]
    reassess("fit", "v.csv", "-o", "out", *columns, "--answers", "no,maybe,yes", "--classes", "2")
    rates = table_of(Path("out/error_rates.csv"))
    assert rates["answer"][:3] == ["no", "maybe", "yes"]
    assert set(rates["class"]) == {"0", "1"}
    assert parquet.read_table("out/posteriors.parquet")["item"].to_pylist() == list("abcd")


def test_warnings_are_lines(reassess: Command, patients: Path) -> None:
    ended = reassess("fit", patients, *DAWID_SKENE, "-o", "out", "--max-steps", "3")
    assert ended.status == 0
    (line,) = [line for line in ended.err.splitlines() if line.startswith("warning: ")]
    assert line.startswith("warning: EM has not converged after 3 steps")
    assert "NOT converged after 3 steps" in ended.err
    numbers = json.loads(Path("out/fit.json").read_text())
    assert numbers["converged"] is False
    assert [f"warning: {doubt}" for doubt in numbers["warnings"]] == [line]


def test_progress_on_a_terminal(
    reassess: Command, patients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("rich.status.Status.update", said := Said())
    reassess("fit", patients, *DAWID_SKENE, "-o", "out")
    trace = json.loads(Path("out/fit.json").read_text())["trace"]
    assert said.lines[0] == f"step 1: log-likelihood {trace[0]:,.4f}"
    assert len(said.lines) >= len(trace)


class Said:
    """Keeps what a status line shows."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, status: str) -> None:
        self.lines.append(status)


def test_npz(reassess: Command, simulated: Release) -> None:
    answers = ["--answers", "no,maybe,yes", "--classes", "2"]
    assert reassess("fit", simulated.folder / "raters.npz", "-o", "out", *answers).status == 0
    expected = fit_dawid_skene(simulated.votes, n_classes=2)
    table = parquet.read_table("out/posteriors.parquet")
    np.testing.assert_array_equal(table["posterior_1"], expected.posterior[:, 1])
    assert re.fullmatch(r"ILSVRC2012_val_\d{8}\.JPEG/\d+", table["item"][0].as_py())


def test_known_items_are_clamped(reassess: Command, tmp_path: Path) -> None:
    truth = write_simulated(tmp_path)
    assert reassess("fit", "v.csv", *DAWID_SKENE, "--truth", "truth.csv", "-o", "out").status == 0
    votes = Votes.read("v.csv")
    known = read_known_items("truth.csv", votes=votes)
    expected = fit_dawid_skene(votes, truth=known.truth)
    table = parquet.read_table("out/posteriors.parquet").to_pydict()
    np.testing.assert_array_equal(table["posterior_1"], expected.posterior[:, 1])
    np.testing.assert_array_equal(table["class"][:40], truth[:40])
    assert "truth" in json.loads(Path("out/fit.json").read_text())["inputs"]


def test_known_items_are_held_out(reassess: Command, tmp_path: Path) -> None:
    truth = write_simulated(tmp_path, extra="999,1\n")
    options = ["--truth", "truth.csv", "--truth-role", "start"]
    ended = reassess("fit", "v.csv", *options, "-o", "out")
    assert ended.status == 0
    known = np.where(np.arange(300) < 40, truth, -1)
    expected = fit_dawid_skene(Votes.read("v.csv"), truth=known, truth_role="start")
    right = (expected.classes() == truth)[:40].sum()
    assert 20 < right < 40
    votes_right = vote_share(Votes.read("v.csv")).decisions[np.arange(40), truth[:40]].sum()
    assert (
        f"{right} of 40 known items came out right, and {votes_right:.1f}".removesuffix(".0")
        + " by the majority of votes"
    ) in ended.err
    assert "known items without votes, left out: 1" in ended.err


def write_simulated(folder: Path, extra: str = "") -> list[int]:
    """Write 300 items' votes, and the class of the first 40; return the truth."""
    rates = draw_error_rates(6, 3, seed=3)
    drawn = simulate_votes(
        rates, class_prior=[0.5, 0.3, 0.2], n_items=300, votes_per_item=3, seed=1
    )
    votes = drawn.votes
    rows = zip(votes.items, votes.raters, votes.answers, strict=True)
    lines = "".join(f"{item},r{rater},{answer}\n" for item, rater, answer in rows)
    (folder / "v.csv").write_text(f"item,rater,answer\n{lines}")
    known = "".join(f"{item},{drawn.truth[item]}\n" for item in range(40))
    (folder / "truth.csv").write_text(f"item,class\n{known}{extra}")
    return list(drawn.truth.tolist())


@pytest.mark.release
def test_published_votes(reassess: Command, release: Release) -> None:
    ended = reassess("fit", release.folder / "raters.npz", *DAWID_SKENE, "-o", "out")
    assert ended.status == 0
    found = json.loads(Path("out/fit.json").read_text())["log_likelihood"]
    assert found == pytest.approx(-450_860.1059, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "nowhere.csv: No such file or directory"),
        (["v.csv", "--rater", "who"], "v.csv: there is no column 'who' for the rater"),
        (["v.csv", "--answers", "1,2"], "v.csv: answer 0 is not in answer_names (--answers): '1'"),
        (["v.csv", "--tol", "-1"], "tol=-1.0"),
        (["v.csv", "--truth-role", "start"], "--truth-role start needs items of known class"),
        (["v.csv", "--truth", "nowhere.csv"], "nowhere.csv: No such file or directory"),
        (["v.csv", "--truth", "v.csv"], "v.csv: item '0' is known as "),
        (["v.csv", "--family", "one-coin", "--classes", "2"], "one-coin raters are right or wrong"),
    ],
)
def test_unusable_input(
    reassess: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    write_simulated(tmp_path)
    refused(reassess("fit", *arguments, "-o", "out"), message)
    assert not Path("out").exists()


def test_all_files_or_none(reassess: Command, patients: Path) -> None:
    Path("out/fit.json").mkdir(parents=True)
    refused(reassess("fit", patients, "-o", "out"), "out/fit.json: Is a directory")
    assert names_in(Path("out")) == ["fit.json"]
