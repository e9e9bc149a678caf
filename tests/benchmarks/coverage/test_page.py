"""docs/statistics.md: its table is of all designs, and says why what is off is off."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks.coverage import page, study
from benchmarks.coverage.reasons import reason_of

TEXT = page.PAGE.read_text(encoding="utf-8")
ROW = re.compile(r"^\| (.+) \| (.+) \| ([\d.]+) ± ([\d.]+) \| ([\d,]+) \| (.*) \|$", re.MULTILINE)
ROWS = ROW.findall(TEXT)
DESIGNS = {one.name: one for one in page.studies()}


def test_each_design_is_on_the_page() -> None:
    assert {row[0] for row in ROWS} == set(DESIGNS)
    for one in DESIGNS.values():
        assert f"| {one.name} | {one.design} |" in TEXT


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS])
def test_what_is_off_has_its_reason(row: tuple[str, ...]) -> None:
    name, interval, covered, error, sets, reason = row
    share = float(covered) / 100
    assert int(sets.replace(",", "")) >= 0.99 * page.SETS
    assert 0 <= float(error) < 3
    found = study.Row(name, interval, share, 0.0, 500, 500)
    assert reason == ("" if page.is_near(found) else reason_of(found))
    assert page.is_near(found) or reason


@pytest.mark.parametrize("number", range(len(DESIGNS)), ids=list(DESIGNS))
def test_designs_say_what_the_page_says(number: int) -> None:
    one = [*DESIGNS.values()][number]
    said = {row[1]: row for row in ROWS if row[0] == one.name}
    rows = study.measure(one, number, sets := 4 * min(one.sets, 10), workers=1)
    assert {row.interval for row in rows} == set(said)
    for row in rows:
        _, _, covered, error, of_sets, _ = said[row.interval]
        spread = float(error) / 100 * np.sqrt(int(of_sets.replace(",", "")))  # of one set
        chance = 4 * spread / np.sqrt(sets) + 0.01
        assert row.covered == pytest.approx(float(covered) / 100, abs=chance)


def test_the_page_on_uncertainty_says_what_this_one_says() -> None:
    text = " ".join((page.PAGE.parent / "uncertainty.md").read_text(encoding="utf-8").split())
    covered = {(row[0], row[1]): round(float(row[2])) for row in ROWS}
    weak, images = "few votes of weak raters", "images"
    for cell, words in (
        ((weak, "`standard_errors`: class prior"), "{} % of the class prior and of the error"),
        ((weak, "`standard_errors`: error rates"), "{} % of the class prior and of the error"),
        ((weak, "`profile_class_prior`: class prior"), "likelihood covered {} % of the class"),
        ((weak, "`standard_errors`, pseudo-counts: class prior"), "covered {} % and 95 %."),
        ((weak, "`standard_errors`, pseudo-counts: error rates"), "covered 94 % and {} %."),
        ((images, "`standard_errors`: class prior"), "intervals covered {} % of the class"),
        ((images, "`standard_errors`(robust=True, groups=): class prior"), "by images {} %"),
    ):
        assert words.format(covered[cell]) in text


def test_a_set_depends_on_its_seed_alone() -> None:
    one = DESIGNS["zeros"]
    first, again = (study.measure(one, 3, 4, workers=workers) for workers in (1, 2))
    assert first == again


def test_shares_and_their_errors_are_counted() -> None:
    hits = iter([[True, True], [True, False], [False, False], [True, True]])
    (row,) = study.measure(
        study.Study("s", "d", lambda _: {"i": np.array(next(hits))}), 0, 4, workers=1
    )
    assert (row.covered, row.n_sets, row.n_intervals) == (5 / 8, 4, 8)
    assert row.error == pytest.approx(np.std([1, 0.5, 0, 1], ddof=1) / 2)


def test_the_command_leaves_the_page_alone_if_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = study.Study("none", "nothing", lambda _: {"i": np.ones(3, dtype=bool)})
    monkeypatch.setattr(page, "studies", lambda: (one,))
    monkeypatch.setattr(
        page, "measure", lambda of, number, sets: study.measure(of, number, sets, 1)
    )
    before = page.PAGE.read_bytes()
    monkeypatch.setattr(sys, "argv", ["benchmarks", "coverage", "--out", str(tmp_path)])
    command.main()
    assert "NO REASON GIVEN" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["coverage.json"]
    assert page.PAGE.read_bytes() == before


def test_tables_are_put_between_their_marks(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n", encoding="utf-8")
    row = study.Row("zeros", "`x`", 0.951, 0.0049, 500, 1000)
    page.renew([page.Measured(DESIGNS["zeros"], [row])], path)
    text = path.read_text(encoding="utf-8")
    assert "| zeros | `x` | 95.1 ± 0.5 | 500 |  |\n" in text
    assert text.startswith(f"before\n{page.BEGIN}\n| design |")
    assert text.endswith(f"{page.END}\nafter\n")
