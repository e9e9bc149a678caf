"""An earlier fit comes back from its folder with the very numbers that it had."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aggregation import METHODS, Aggregated, VoteError, Votes, read_fit
from aggregation.models.earlier import earlier_fit, places_of
from scripts.outputs.fit_files import fit_files, fit_numbers_json

from ...hostile.names import EVIL
from ...support.commands import Command
from ...support.new_votes import drawn_rows, votes_of
from ...support.stores import write_rows


def written(folder: Path, fit: Aggregated, method: str) -> Path:
    """Write what the command writes."""
    folder.mkdir(exist_ok=True)
    files, _ = fit_files(fit, None, "csv")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    text = fit_numbers_json(fit, None, {"method": method})
    (folder / "fit.json").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "name", ["dawid-skene", "dawid-skene-map", "one-coin", "ibcc", "one-coin-bayes", "mace"]
)
def test_every_number_comes_back(name: str, tmp_path: Path) -> None:
    votes = votes_of(drawn_rows())
    fit = METHODS[name](votes)
    wanted, found = earlier_fit(fit), read_fit(written(tmp_path / "fit", fit, name))
    for one in ("error_rates", "class_prior", "weights", "switched"):
        np.testing.assert_array_equal(getattr(found, one), getattr(wanted, one))
    for one in ("rater_names", "class_names", "answer_names", "n_votes"):
        assert getattr(found, one) == getattr(wanted, one)
    assert found.method == name
    assert (found.exact is None) == (wanted.exact is None) == (name == "mace")
    np.testing.assert_array_equal(found.tables.rates, wanted.tables.rates)
    np.testing.assert_array_equal(found.tables.prior, wanted.tables.prior)


def test_names_of_any_text_come_back(tmp_path: Path) -> None:
    names = list(dict.fromkeys([*EVIL, 1, "1", "", " ", 'q"q']))
    items = np.repeat(np.arange(9), len(names))
    votes = Votes.from_triples(
        items.tolist(), names * 9, [("no", "yes")[item % 2] for item in items]
    )
    fit = METHODS["ibcc"](votes)
    earlier = read_fit(written(tmp_path / "fit", fit, "ibcc"))
    assert places_of(votes.rater_names, earlier.rater_names).tolist() == [*range(len(names))]


def test_tables_of_another_run_are_refused(tmp_path: Path, reassess: Command) -> None:
    rows = drawn_rows()
    votes = write_rows(tmp_path / "votes.csv", rows)
    folder = tmp_path / "fit"
    assert reassess("fit", votes, "-o", folder).status == 0
    assert read_fit(folder).n_votes == len(rows)
    rates = folder / "error_rates.csv"
    rates.write_text(rates.read_text().replace("0.1", "0.2", 1), encoding="utf-8")
    with pytest.raises(VoteError, match=r"error_rates\.csv: has been altered since fit\.json was"):
        read_fit(folder)


def without(name: str) -> Callable[[Path], None]:
    """Return what takes a name out of fit.json."""

    def change(path: Path) -> None:
        held = json.loads(path.read_text())
        del held[name]
        path.write_text(json.dumps(held), encoding="utf-8")

    return change


def one_class_less(path: Path) -> None:
    held = json.loads(path.read_text())
    held["class_prior"].popitem()
    path.write_text(json.dumps(held), encoding="utf-8")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("fit.json", Path.unlink, "holds no fit, for there is no fit.json"),
        ("fit.json", cut_short, "fit.json: cannot be read"),
        ("fit.json", emptied, "fit.json: cannot be read"),
        ("fit.json", without("answers"), "fit.json: names no answers"),
        ("fit.json", without("parameters"), "fit.json: is not of the same fit"),
        ("fit.json", without("n_votes"), "fit.json: is not of the same fit"),
        ("fit.json", without("method"), "fit.json: is not of the same fit"),
        ("fit.json", one_class_less, "fit.json: is not of the same fit as error_rates.csv"),
        ("error_rates.csv", Path.unlink, "holds no error_rates.csv: ibcc has no model"),
        ("error_rates.csv", cut_short, "error_rates.csv"),
        ("error_rates.csv", emptied, "error_rates.csv: cannot be read"),
    ],
)
def test_what_is_no_whole_fit_is_refused(
    file: str, change: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    folder = written(tmp_path / "fit", METHODS["ibcc"](votes_of(drawn_rows())), "ibcc")
    change(folder / file)
    with pytest.raises(VoteError, match=message) as caught:
        read_fit(folder)
    assert "\n" not in str(caught.value)
    with pytest.raises(VoteError, match=r"there is no fit\.json"):
        read_fit(folder / "labels.csv")
