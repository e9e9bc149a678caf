"""Files of the older edition: the message says which they are, and what to do."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import ReleaseError, load_release
from analysis.release.files import download
from analysis.release.files.editions import WITH_INFO

from ....support import bad_releases as bad
from ....support.commands import Command, refused

MIXTURES = [mixture for mixture in product((True, False), repeat=4) if any(mixture)]


def older_info(info: NDArray[np.str_]) -> NDArray[np.str_]:
    """Give the images names as the older edition had them."""
    places = np.unique(info[:, 0], return_inverse=True)[1].ravel()
    names = [f"image_{place:05d}.png" for place in places]
    return np.stack((np.array(names), info[:, 1].astype("<U15")), axis=1)


def make_older(path: Path) -> None:
    bad.change(path, info=older_info(bad.arrays_of(path)["info"]))


@pytest.fixture(scope="module")
def older_dir(simulated_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = bad.linked(simulated_dir, tmp_path_factory.mktemp("older") / "release")
    for name in WITH_INFO:
        make_older(folder / name)
    return folder


@pytest.mark.parametrize("mixture", MIXTURES)
def test_says_which_is_which(
    mixture: tuple[bool, ...], simulated_dir: Path, older_dir: Path, tmp_path: Path
) -> None:
    folder = bad.linked(simulated_dir, tmp_path / "mixed")
    for name, is_older in zip(WITH_INFO, mixture, strict=True):
        if is_older:
            bad.rewrite(folder / name, (older_dir / name).read_bytes())
    with pytest.raises(ReleaseError) as caught:
        load_release(folder)
    message = str(caught.value)
    head, _, rest = message.partition(" of the older edition (June 2020 to December 2021; ")
    current = rest.partition("image_00000.png)")[2].partition(": ")[0]
    for name, is_older in zip(WITH_INFO, mixture, strict=True):
        named = [name in _words(part) for part in (head.removeprefix(f"{folder}: "), current)]
        assert named == [is_older, not is_older]
    assert "cannot be mapped to the validation images without the current `info`" in message
    assert f"`reassess fetch --data {folder}` gets the current files" in message


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def test_a_damaged_file_is_neither(older_dir: Path, tmp_path: Path) -> None:
    folder = bad.linked(older_dir, tmp_path / "damaged")
    bad.damage(folder / download.SCORES, "info")
    with pytest.raises(ReleaseError, match=r"raters_golden\.npz are of the older") as caught:
        load_release(folder)
    assert "scores.npz" not in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["labels", "-o", "out.json"],
        ["pick", "--recall", "0.8"],
        ["curve"],
        ["compare"],
        ["raters"],
        ["reproduce"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_command_says_so(reassess: Command, older_dir: Path, arguments: list[str]) -> None:
    ended = reassess(*arguments, "--data", older_dir)
    refused(ended, "scores.npz are of the older edition (June 2020")
    assert not list(Path().iterdir())


def test_accuracy_says_so(reassess: Command, older_dir: Path) -> None:
    Path("predictions.csv").write_text("prediction\n" + "7\n" * 50_000)
    ended = reassess("accuracy", "predictions.csv", "--curve", "c.png", "--data", older_dir)
    refused(ended, "scores.npz are of the older edition (June 2020")


def test_scores_of_ones_own(reassess: Command, simulated_dir: Path, older_dir: Path) -> None:
    scores = older_dir / download.SCORES
    ended = reassess("labels", "--scores", scores, "-o", "out.json", "--data", simulated_dir)
    refused(ended, f"{scores}: of the older edition (June 2020")
    assert "`reassess fetch` gets the current files" in ended.err


def test_fetch_leaves_older_files_alone(reassess: Command, older_dir: Path) -> None:
    ended = reassess("fetch", "--data", older_dir)
    refused(ended, "raters.npz is not the published file: move it away to download that one")
