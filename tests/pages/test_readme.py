"""The README's code works as typed, and prints what the README says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from aggregation import (
    METHODS,
    Votes,
    fit_dawid_skene,
    fit_ibcc,
    vote_share,
)
from analysis import Release, rater_accuracy
from analysis.raters.golden.accuracy import RATER
from scripts.main import app

from ..support.commands import Command
from ..support.page_code import blocks, entered, printed_by, words

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_LINES = 180


def section(title: str) -> str:
    """What stands under a heading."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


OF_THE_RELEASE, OF_VOTES = (block.code for block in blocks(README) if block.language == "python")
ENTERED = [
    one for block in blocks(README) if block.language == "console" for one in entered(block.code)
]


@pytest.fixture
def in_folder_with_votes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that holds the votes.csv of the README."""
    (text,) = [block.code for block in blocks(README) if block.language == "csv"]
    (tmp_path / "votes.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= MOST_LINES


def test_python_on_your_own_votes(in_folder_with_votes: Path) -> None:
    printed = printed_by(OF_VOTES, {})
    votes = Votes.read(in_folder_with_votes / "votes.csv")
    assert printed == f"{fit_ibcc(votes).labels()}\n"


@pytest.mark.release
def test_python_on_the_release(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(release.folder))
    assert printed_by(OF_THE_RELEASE, {}) == "True\n"


def test_commands_on_your_own_votes(reassess: Command, in_folder_with_votes: Path) -> None:
    fits = [one for one in ENTERED if one.command.startswith("reassess ")]
    for command, said in fits:
        command, _, redirected = command.partition(" > ")
        ended = reassess(*shlex.split(command)[1:])
        if redirected:
            Path(redirected).write_text(ended.out)
        assert ended.status == 0
        lines = [line.rstrip() for line in ended.err.splitlines()]
        assert not said or [line for line in lines if not line.startswith("compiling")] == (
            said.splitlines()
        )
    assert [bool(said) for _, said in fits] == [False, True]
    written = {path.name for path in Path("fitted").iterdir()}
    named = re.findall(r"`(\w+\.(?:csv|json))`", section("Your own votes"))
    assert written >= {*named} - {"votes.csv"} == {"next_votes.csv", "fit.json"}
    assert Path("labels.csv").read_text() == Path("fitted/labels.csv").read_text()


def test_the_model_sees_through_two_raters(in_folder_with_votes: Path) -> None:
    said = words(section("Your own votes"))
    assert (
        "Most raters of photo 5 say cat; but ann and bob contradict cem and dan on every other "
        "photo, so it says dog (0.79). This is IBCC"
    ) in said
    votes = Votes.read(in_folder_with_votes / "votes.csv")
    most, model = vote_share(votes).classes(), fit_dawid_skene(votes).classes()
    assert votes.item_names[4] == "photo 5"
    assert np.flatnonzero(most != model).tolist() == [4]
    cat, dog = (list(votes.answer_names).index(name) for name in ("cat", "dog"))
    assert (most[4], model[4]) == (cat, dog)
    trusted = np.isin(
        votes.raters, [list(votes.rater_names).index(name) for name in ("ann", "bob")]
    )
    for item in range(4):
        of_item = votes.items == item
        assert set(votes.answers[of_item & trusted]).isdisjoint(votes.answers[of_item & ~trusted])
    for fit, text in (
        (fit_dawid_skene(votes), "sure (1.0000"),
        (fit_ibcc(votes), "so it says dog (0.79"),
    ):
        assert text in said
        digits = len(text.split(".")[-1])
        assert f"{fit.posterior[4, dog]:.{digits}f}" in text


def test_the_label_of_photo_5_hangs_on_no_choice_but_bwa(in_folder_with_votes: Path) -> None:
    votes = Votes.read(in_folder_with_votes / "votes.csv")
    dog = list(votes.answer_names).index("dog")
    counts = [0, 0.1, 0.5, 1]
    fits = [fit_dawid_skene(votes, pseudo_count=count) for count in counts]
    fits += [fit_dawid_skene(votes, family="one-coin", pseudo_count=count) for count in counts]
    fits_of_any = (METHODS[name](votes) for name in METHODS if name not in ("vote-share", "bwa"))
    for fit in (*fits, *fits_of_any):
        assert fit.posterior[4, dog] > 0.5


def test_targets_of_make_are_there() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"\bmake (\w+)`", README))
    entered_here = {command.removeprefix("make ") for command, _ in ENTERED if "make" in command}
    assert entered_here == {"reproduce"}
    assert named | entered_here <= set(targets)


def test_the_table_has_every_command() -> None:
    cells = re.findall(r"^\| (`reassess .*?) \|", section("Commands"), re.MULTILINE)
    named = [name for cell in cells for name in re.findall(r"`reassess (\w+)", cell)]
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert set(named) == known


@pytest.mark.release
def test_numbers_of_the_recipe(release: Release) -> None:
    recipe = words(section("The recipe"))
    golden = release.golden
    n_fits, n_golden = golden.fits(at_least=3).sum(), len(golden.questions)
    answered = rater_accuracy(release).of_kind(RATER).golden_answers > 0
    without = np.sum(~answered)
    for said in (
        f"at least 3 of the {golden.experts.n_raters} experts say yes: {n_fits} of {n_golden:,}",
        f"The {without} of {len(answered)} raters without golden answers",
        f"the mean of the other {answered.sum()} raters' error rates",
        f'of "fits" is {n_fits} / {n_golden:,}.',
    ):
        assert said in recipe
    images = np.unique(release.questions.images[golden.questions])
    assert f"the {n_golden:,} come from {len(images)} images" in words(section("Caveats"))
    assert f"all {len(release.scores):,} published scores" in README


def test_the_recipe_has_six_lines() -> None:
    lines = re.findall(r"^\d\. .+\.$", section("The recipe"), re.MULTILINE)
    assert [line[0] for line in lines] == list("123456")
