"""A simulated release has the real one's files, and is made by the real one's recipe."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import Release, load_release, published_labels, published_scores
from analysis.release.files import download
from analysis.release.release import SIMULATED
from analysis.release.simulated.drawn_release import TRUTH, simulate_release

FILES = [*download.FILES, SIMULATED, TRUTH]
ARCHIVES = [name for name in FILES if name.endswith(".npz")]


def arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as archive:
        return dict(archive)


def test_the_folder_holds_the_six_files_and_two_more(simulated_dir: Path) -> None:
    assert sorted(path.name for path in simulated_dir.iterdir()) == sorted(FILES)


@pytest.mark.parametrize(
    ("name", "n_raters", "of"),
    [
        (download.RATERS, 25, "all"),
        (download.GOLDEN, 5, "golden"),
        (download.RATERS_GOLDEN, 23, "golden"),
    ],
)
def test_votes_have_the_documented_arrays(
    simulated_dir: Path, name: str, n_raters: int, of: str
) -> None:
    marker = json.loads((simulated_dir / SIMULATED).read_text())
    n_questions = marker["n_questions" if of == "all" else "n_golden_questions"]
    found = arrays(simulated_dir / name)
    assert {key: (array.dtype.str, array.shape) for key, array in found.items()} == {
        "tensor": ("<f8", (n_raters, n_questions, 3)),
        "info": ("<U28", (n_questions, 2)),
        "ids": ("<i8", (n_raters,)),
    }
    assert set(np.unique(found["tensor"])) == {0.0, 1.0}
    assert found["info"][0, 0].startswith("ILSVRC2012_val_")


def test_scores_and_labels_have_the_documented_form(simulated_dir: Path) -> None:
    found = arrays(simulated_dir / download.SCORES)
    raters = arrays(simulated_dir / download.RATERS)
    assert list(found) == ["tensor", "info"]
    assert found["tensor"].dtype.str == "<f8"
    assert np.array_equal(found["info"], raters["info"])
    text = (simulated_dir / download.LABELS).read_text()
    assert text == json.dumps(json.loads(text))
    wordnet_ids = (simulated_dir / download.ORIGINAL_LABELS).read_text().splitlines()
    assert len(wordnet_ids) == 50_000
    assert len(set(wordnet_ids)) == 1000


@pytest.mark.release
@pytest.mark.parametrize("name", [name for name in ARCHIVES if name != TRUTH])
def test_archives_are_of_the_real_ones_form(
    simulated_dir: Path, release: Release, name: str
) -> None:
    def forms(path: Path) -> list[tuple[Any, ...]]:
        found = []
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                with archive.open(info) as stream:
                    np.lib.format.read_magic(stream)
                    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
                place = (info.filename, info.date_time, info.compress_type, info.external_attr)
                found.append((*place, len(shape), shape[-1:] == (3,), fortran, dtype.str))
        return found

    assert forms(simulated_dir / name) == forms(release.folder / name)


@pytest.mark.parametrize("name", [download.RATERS, download.GOLDEN, download.RATERS_GOLDEN])
def test_streamed_archives_are_what_numpy_writes(simulated_dir: Path, name: str) -> None:
    written = io.BytesIO()
    found = arrays(simulated_dir / name)
    np.savez_compressed(written, tensor=found["tensor"], info=found["info"], ids=found["ids"])
    assert (simulated_dir / name).read_bytes() == written.getvalue()


def test_loading_says_loudly_that_it_is_simulated(
    simulated_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="analysis"):
        release = load_release(simulated_dir)
    assert release.simulated
    assert "SIMULATED" in caplog.text


def test_what_is_loaded_is_what_was_drawn(simulated: Release) -> None:
    drawn = simulate_release(n_images=300, n_golden_images=60, n_raters=25, seed=1).release
    assert np.array_equal(simulated.questions.keys, drawn.questions.keys)
    assert np.array_equal(simulated.golden.questions, drawn.golden.questions)
    for loaded, made in (
        (simulated.votes, drawn.votes),
        (simulated.golden.experts, drawn.golden.experts),
        (simulated.golden.raters, drawn.golden.raters),
    ):
        assert np.array_equal(loaded.starts, made.starts)
        assert np.array_equal(loaded.codes, made.codes)
        assert list(loaded.rater_names) == list(made.rater_names)
    assert np.array_equal(simulated.scores, drawn.scores)
    assert simulated.label_sets == drawn.label_sets
    assert np.array_equal(simulated.original_labels, drawn.original_labels)
    assert drawn.altered_files == list(download.FILES)


def test_questions_are_like_the_real_ones(simulated: Release) -> None:
    questions = simulated.questions
    per_image = np.bincount(questions.images)[np.unique(questions.images)]
    assert len(per_image) == 300
    assert 2 <= per_image.min() < per_image.max() <= 15
    same_image = np.diff(questions.images) == 0
    assert (np.diff(questions.labels)[same_image] > 0).all()
    assert (~same_image).sum() == 299  # an image's questions are together
    order = questions.images[np.flatnonzero(np.diff(questions.images, prepend=0))]
    assert (np.diff(order) < 0).any()
    assert 0.2 < (questions.labels < 398).mean() < 0.6
    assert 0.9 < simulated.is_original().sum() / 300 < 1
    # Every label has as many images: ImageNet's validation set has 50 of each.
    assert (np.bincount(simulated.original_labels) == 50).all()


def test_votes_are_like_the_real_ones(simulated: Release) -> None:
    votes, golden = simulated.votes, simulated.golden
    assert (np.diff(votes.starts) == 5).all()
    assert votes.to_tensor().sum(axis=2).max() == 1
    activity = np.bincount(votes.raters, minlength=25)
    assert activity.max() > 20 * activity.min()
    assert (golden.experts.answers != 1).all()  # no maybe
    assert (golden.experts.to_tensor().sum(axis=2) == 1).all()
    answered = golden.raters.to_tensor().sum(axis=(1, 2))
    assert sorted(set(answered.tolist())) == [0, len(golden.questions)]
    assert (answered == 0).sum() == 2
    ids = [*votes.rater_names, *golden.experts.rater_names]
    assert sorted(ids) == list(range(101, 131))
    asked = simulated.questions.images
    assert np.isin(asked, asked[golden.questions]).sum() == len(golden.questions)


def test_the_truth_is_what_votes_scores_and_experts_are_about(
    simulated: Release, simulated_dir: Path
) -> None:
    found = arrays(simulated_dir / TRUTH)
    truth = found["truth"]
    assert truth.shape == simulated.scores.shape
    by_chance = max(truth.mean(), 1 - truth.mean())
    assert ((simulated.scores >= 0.5) == truth).mean() > by_chance + 0.1
    golden = simulated.golden
    assert (golden.fits() == truth[golden.questions]).mean() > by_chance + 0.1
    assert (
        truth[simulated.is_original()].mean() > 0.7 > 0.3 > truth[~simulated.is_original()].mean()
    )
    assert found["ids"].tolist() == list(simulated.votes.rater_names)
    assert found["expert_ids"].tolist() == list(golden.experts.rater_names)
    assert found["seed"] == 1


def test_answers_have_the_frequencies_of_the_true_error_rates(
    simulated: Release, simulated_dir: Path
) -> None:
    found = arrays(simulated_dir / TRUTH)
    for votes, truth, rates in (
        (simulated.votes, found["truth"], found["error_rates"]),
        (
            simulated.golden.raters,
            found["truth"][simulated.golden.questions],
            found["error_rates"],
        ),
        (
            simulated.golden.experts,
            found["truth"][simulated.golden.questions],
            found["expert_error_rates"],
        ),
    ):
        by_class = votes.to_tensor().astype(float).transpose(1, 0, 2)
        counts = np.stack([by_class[truth == cls].sum(axis=0) for cls in (0, 1)], axis=1)
        expected = counts.sum(axis=2, keepdims=True) * rates
        variance = expected * (1 - rates)
        assert (counts[rates == 0] == 0).all()
        deviation = (counts - expected)[variance > 1] / np.sqrt(variance[variance > 1])
        assert np.abs(deviation).max() < 5
        assert 0.5 < (deviation**2).mean() < 1.7


def slow_scores(folder: Path) -> list[float]:
    """The recipe of the published scores, read off its description, in plain Python floats."""
    votes, golden = arrays(folder / "raters.npz"), arrays(folder / "golden.npz")
    answered = arrays(folder / "raters_golden.npz")
    synsets = (folder / "imagenet_2012_validation_synset_labels.txt").read_text().split()
    rank = {synset: label for label, synset in enumerate(sorted(set(synsets)))}

    def original(image: str) -> int:
        return rank[synsets[int(image[15:23]) - 1]]

    def laplace(answers: list[int]) -> list[float]:
        return [(answers.count(answer) + 1) / (len(answers) + 3) for answer in range(3)]

    yes = [int(sum(column)) for column in zip(*golden["tensor"][:, :, 2].tolist(), strict=True)]
    known: dict[int, list[list[float]]] = {}
    for rater, plane in zip(answered["ids"].tolist(), answered["tensor"].tolist(), strict=True):
        chosen = [row.index(1.0) for row in plane]
        known[rater] = [
            laplace([a for a, n in zip(chosen, yes, strict=True) if (n >= 3) == fits])
            for fits in (False, True)
        ]
    mean = [
        [sum(rates[cls][a] for rates in known.values()) / len(known) for a in range(3)]
        for cls in (0, 1)
    ]
    says = [2 if original(image) == int(label) else 0 for image, label in golden["info"].tolist()]
    label_rates = [
        laplace([a for a, n in zip(says, yes, strict=True) if (n >= 2) == fits])
        for fits in (False, True)
    ]
    n_fits = sum(n >= 3 for n in yes)
    priors = ((0, (len(yes) - n_fits) / len(yes)), (1, n_fits / len(yes)))
    scores = []
    for question, (image, label) in enumerate(votes["info"].tolist()):
        product = [1.0, 1.0]
        for cls, prior in priors:
            for rater, row in zip(votes["ids"].tolist(), votes["tensor"][:, question], strict=True):
                if row.any():
                    product[cls] *= known.get(rater, mean)[cls][row.tolist().index(1.0)]
            if int(label) < 398:
                product[cls] *= label_rates[cls][2 if original(image) == int(label) else 0]
            product[cls] *= prior
        scores.append(product[1] / (product[0] + product[1]))
    return scores


def test_scores_are_those_of_the_recipe_in_plain_python(
    simulated: Release, simulated_dir: Path
) -> None:
    assert published_scores(simulated).tolist() == slow_scores(simulated_dir)
    assert np.array_equal(published_scores(simulated), simulated.scores)


def test_labels_are_those_of_the_scores(simulated: Release) -> None:
    assert published_labels(simulated) == simulated.label_sets
    questions = simulated.questions
    kept: dict[int, set[int]] = {image: set() for image in questions.images.tolist()}
    for image, label, score in zip(
        questions.images.tolist(), questions.labels.tolist(), simulated.scores, strict=True
    ):
        if score >= 0.8:
            kept[image].add(label)
    for image, labels in enumerate(simulated.label_sets, start=1):
        assert set(labels) == kept.get(image, {simulated.original_labels[image - 1]})
