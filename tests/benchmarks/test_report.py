"""What a benchmark has found is kept in files, and renews its own part of the pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import report
from benchmarks.results import Limit, Result, Timing

from ..support.benchmark_results import read_results


def a_result(case: str = "grouping", seconds: tuple[float, ...] = (0.002, 0.001, 0.004)) -> Result:
    timing = Timing("some votes", seconds, "0123456789abcdef", votes=1000, peak_bytes=5_000_000)
    limits = (Limit("ns a vote", 2000.0, 10), Limit("ratio", 60.0, 50, at_least=True))
    return Result(case, "a title", (timing,), limits, {"date": "2025-01-01", "numpy": "2.4"})


def test_results_survive_a_file(tmp_path: Path) -> None:
    result = a_result()
    report.write(tmp_path, result)
    assert read_results(tmp_path, ["step", "grouping"]) == [result]
    assert json.loads((tmp_path / "grouping.json").read_text())["title"] == "a title"


def test_limits_say_on_which_side_they_are() -> None:
    too_slow, fast_enough = a_result().limits
    assert not too_slow.met
    assert fast_enough.met
    assert str(too_slow) == "ns a vote: 2,000 (at most 10)"
    assert str(fast_enough) == "ratio: 60 (at least 50)"


def test_tables_are_put_between_their_marks(tmp_path: Path) -> None:
    readme, page = tmp_path / "README.md", tmp_path / "page.md"
    for path in (readme, page):
        path.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    results, order = [a_result(report.IN_README), a_result()], [report.IN_README, "grouping"]
    report.update_pages(results, order, readme, page)
    texts = [path.read_text() for path in (readme, page)]
    row = "| some votes | 2.00 ms | 1.00 ms to 4.00 ms | 2,000 | 5 MB | `01234567` |"
    bounds = "ns a vote: 2,000 (at most 10), not met; ratio: 60 (at least 50)."
    for text, n_tables in zip(texts, (1, 2), strict=True):
        assert text.startswith(f"before\n{report.BEGIN}\n")
        assert text.endswith(f"{report.END}\nafter\n")
        assert "old" not in text
        for line in ("**A title**", row, bounds):
            assert text.splitlines().count(line) == n_tables
    report.update_pages(results, order, readme, page)
    assert [path.read_text() for path in (readme, page)] == texts
    page.write_text("no marks")
    with pytest.raises(ValueError, match="once each"):
        report.update_pages(results, order, readme, page)
    assert readme.read_text() == texts[0]


def test_what_was_not_measured_stays(tmp_path: Path) -> None:
    readme, page = tmp_path / "README.md", tmp_path / "page.md"
    for path in (readme, page):
        path.write_text(f"{report.BEGIN}\n{report.END}\n")
    order = ["step", report.IN_README, "grouping"]
    report.update_pages([a_result(case) for case in order], order, readme, page)
    readme_then, then = readme.read_text(), page.read_text()
    report.update_pages([a_result("grouping", (0.5,))], order, readme, page)
    now = page.read_text()
    assert readme.read_text() == readme_then
    assert list(report.cases_in(page)) == order
    before, after = (text.split(report.MARK.format("grouping")) for text in (then, now))
    assert before[0] == after[0]
    assert "| one run |" in after[1]
    assert "| one run |" not in before[1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (25.13, "25.1 s"),
        (1.0, "1.00 s"),
        (0.1234, "123 ms"),
        (4.2e-5, "42.0 µs"),
        (3e-9, "3.00 ns"),
    ],
)
def test_times_have_three_digits(seconds: float, words: str) -> None:
    assert report.in_words(seconds) == words


@pytest.mark.parametrize("page", [report.README, report.PAGE])
def test_the_real_pages_have_the_marks(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count(report.BEGIN) == text.count(report.END) == 1


def test_the_readme_has_its_case_of_the_page() -> None:
    text = report.README.read_text(encoding="utf-8")
    table = text.split(report.BEGIN)[1].split(report.END)[0].strip()
    cases_shown = report.cases_in(report.PAGE)
    assert cases_shown[report.IN_README] == table
    assert set(cases_shown) <= set(command.CASES)
