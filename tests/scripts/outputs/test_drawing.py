"""Figures come out of another process as they would out of this one."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest

from aggregation import Votes
from analysis import Release, rater_accuracy
from analysis.figures import figure3, figure_files, fonts, raters_figure
from analysis.scores.figure3 import Figure3, figure3_data
from scripts.outputs import drawing
from scripts.outputs.drawing import Drawing, unshown

WAITS = """
import time
from scripts.outputs.drawing import Drawing, unshown
drawing = Drawing()
print(drawing._process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def data(simulated: Release) -> Figure3:
    return figure3_data(simulated)


def test_the_process_draws(data: Figure3, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = figure_files({"figure3": figure3(data)})
    with Drawing() as process:
        process.begin("figure3", data)
        monkeypatch.delattr(drawing, "drawn")  # so that it is not this one
        assert process.files() == expected


def test_it_draws_one_after_the_other(
    data: Figure3, simulated: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracy = rater_accuracy(simulated)
    expected = figure_files({"figure3": figure3(data), "raters": raters_figure(accuracy)})
    with Drawing() as process:
        process.begin("figure3", data)
        process.begin("raters_figure", accuracy, simulated=False)
        monkeypatch.delattr(drawing, "drawn")
        assert process.files() == expected


def test_what_it_draws_of_raters_needs_no_numba() -> None:
    """Numba takes as long to import as a figure to draw."""
    program = "import sys, analysis.figures.rater_report; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_it_cannot_draw_is_raised_here() -> None:
    with Drawing() as process:
        process.begin("no_such_figure")
        with pytest.raises(AttributeError, match="no_such_figure"):
            process.files()


NOT_ALL = "import pickle, sys; sys.stdin.buffer.read(); pickle.dump([], sys.stdout.buffer)"


@pytest.mark.parametrize("start", ["raise SystemExit(1)", "print('noise')", NOT_ALL])
def test_this_process_draws_where_the_other_cannot(
    data: Figure3, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "START", start)
    with Drawing() as process:
        process.begin("figure3", data)
        assert process.files() == figure_files({"figure3": figure3(data)})


def test_this_process_draws_where_no_other_can_be_started(
    data: Figure3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with Drawing() as process:
        process.begin("figure3", data)
        assert process.files() == figure_files({"figure3": figure3(data)})


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
def test_it_ends_with_the_one_that_started_it(how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        other = psutil.Process(int(started.stdout.readline()))
        started.send_signal(getattr(signal, how))
        other.wait(timeout=30)
    assert not other.is_running()


def test_this_process_draws_what_cannot_be_sent(
    data: Figure3, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = figure_files({"figure3": figure3(data)})
    monkeypatch.setattr(drawing, "drawn", lambda _, data, __: {"made": data[0]()})
    with Drawing() as process:
        process.begin("figure3", lambda: b"here")
        process.begin("figure3", data)
        assert process.files() == expected | {"made": b"here"}


def test_letters_that_figures_cannot_show_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "known_letters", lambda: frozenset(range(0x250)))
    assert unshown(Votes.from_triples(["图", "图"], ["ann", "Zoë"], ["a", "b"])) == []
    few = unshown(Votes.from_triples([0, 1], ["ann", "bob"], ["猫", "🐶 a"]))
    assert len(few) == 1
    assert "no font here has: 猫🐶. A font such as" in few[0]
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 1_500)))
    many = unshown(Votes.from_triples([0], [letters], ["a"]))
    assert f"no font here has: {letters[:10]} and 1,490 more. A font" in many[0]
