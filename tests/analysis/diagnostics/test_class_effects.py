from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from aggregation import Votes
from analysis import Release
from analysis.diagnostics.class_effects import class_effects, class_effects_csv
from analysis.diagnostics.hard_labels import (
    hard_labels_csv,
    label_difficulty,
    label_pairs,
    label_pairs_csv,
)
from analysis.release.files.questions import N_ANIMALS


def with_more_maybe(release: Release, share: float) -> Release:
    """Have raters say maybe to animals more often, in the job and on golden questions."""
    rng = np.random.default_rng(1)
    golden = release.golden
    labels = release.questions.labels

    def changed(votes: Votes, animal: np.ndarray) -> Votes:
        moved = animal[votes.items] & (rng.random(votes.n_votes) < share)
        return Votes.from_triples(
            votes.items,
            votes.raters,
            np.where(moved, 1, votes.answers),
            n_items=votes.n_items,
            n_raters=votes.n_raters,
            n_answers=3,
        )

    animal = labels < N_ANIMALS
    raters = changed(golden.raters, animal[golden.questions])
    return replace(
        release, votes=changed(release.votes, animal), golden=replace(golden, raters=raters)
    )


def test_shares_are_counted(simulated: Release) -> None:
    effects = class_effects(simulated, replicates=50)
    golden = simulated.golden
    fits, animal = golden.fits(), simulated.questions.labels[golden.questions] < N_ANIMALS
    votes = golden.raters
    for found in effects.differences:
        cls, answer = found.truth == "fits", ("no", "maybe", "yes").index(found.answer)
        for group, share in ((animal, found.animals), (~animal, found.rest)):
            asked = (group & (fits == cls))[votes.items]
            assert share.value == pytest.approx(np.mean(votes.answers[asked] == answer))
            assert share.low <= share.value <= share.high
        gap = found.animals.value - found.rest.value
        assert found.difference.value == pytest.approx(gap)
    assert effects.questions.sum() == len(golden.questions)
    assert effects.counts.sum() == votes.n_votes


def test_no_effect_where_none_was_planted(simulated: Release) -> None:
    effects = class_effects(simulated, replicates=200)
    assert effects.p_value > 0.001
    outside = [d for d in effects.differences if not d.difference.low <= 0 <= d.difference.high]
    assert len(outside) <= 2  # of six 95 % intervals


def test_a_planted_effect_is_found(simulated: Release) -> None:
    effects = class_effects(with_more_maybe(simulated, 0.3), replicates=200)
    assert effects.p_value < 1e-10
    for found in effects.differences:
        if found.answer == "maybe":
            assert found.difference.low > 0.1
            assert found.raters_above > 0.8 * found.raters


def test_class_effects_csv(simulated: Release) -> None:
    header, *lines = class_effects_csv(class_effects(simulated, replicates=20)).splitlines()
    assert header.startswith("truth,answer,animals,animals_low,animals_high,rest,")
    assert len(lines) == 6


def test_disagreement_is_that_of_all_pairs(simulated: Release) -> None:
    found = label_difficulty(simulated)
    votes, labels = simulated.votes, simulated.questions.labels
    for label in np.unique(labels)[:20]:
        differ, pairs, kept = 0, 0, 0
        questions = np.flatnonzero(labels == label)
        for question in questions:
            answers = votes.answers[votes.starts[question] : votes.starts[question + 1]]
            for one, other in combinations(answers, 2):
                differ, pairs = differ + int(one != other), pairs + 1
            kept += int(simulated.scores[question] >= 0.8)
        assert found.disagreement[label] == pytest.approx(differ / pairs)
        assert found.questions[label] == len(questions)
        assert found.kept[label] == kept
        p = simulated.scores[questions]
        bits = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
        assert found.entropy[label] == pytest.approx(bits.mean())


def test_hardest_come_first(simulated: Release) -> None:
    found = label_difficulty(simulated)
    hardest = found.hardest(5, least_questions=2)
    values = found.disagreement[hardest]
    assert values.tolist() == sorted(values, reverse=True)
    others = np.setdiff1d(np.flatnonzero(found.questions >= 2), hardest)
    assert values.min() >= np.nanmax(found.disagreement[others])
    assert len(found.hardest(1000, least_questions=10**6)) == 0
    assert len(hard_labels_csv(found).splitlines()) == 1001


def test_pairs_are_counted(simulated: Release) -> None:
    found = label_pairs(simulated)
    kept, asked = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    by_image: dict[int, list[tuple[int, bool]]] = {}
    for image, label, score in zip(
        simulated.questions.images, simulated.questions.labels, simulated.scores, strict=True
    ):
        by_image.setdefault(int(image), []).append((int(label), bool(score >= 0.8)))
    for labels in by_image.values():
        for (one, one_kept), (other, other_kept) in combinations(sorted(labels), 2):
            asked[one, other] += 1
            kept[one, other] += one_kept and other_kept
    pairs = [(int(one), int(other)) for one, other in found.labels]
    assert set(pairs) == {pair for pair, count in kept.items() if count}
    assert found.accepted.tolist() == [kept[pair] for pair in pairs]
    assert found.asked.tolist() == [asked[pair] for pair in pairs]
    assert found.accepted.tolist() == sorted(found.accepted, reverse=True)
    assert len(label_pairs_csv(found).splitlines()) == 1 + len(pairs)


@pytest.mark.release
def test_release(release: Release) -> None:
    pairs = label_pairs(release)
    assert pairs.labels[:2].tolist() == [[527, 664], [836, 837]]
    assert pairs.accepted[:2].tolist() == [155, 153]
    assert label_difficulty(release).hardest(1).tolist() == [281]
    effects = class_effects(release, replicates=100)
    maybe = effects.differences[1]
    assert (maybe.truth, maybe.answer) == ("misfit", "maybe")
    assert maybe.animals.value == pytest.approx(0.1056, abs=1e-4)
    assert maybe.rest.value == pytest.approx(0.0294, abs=1e-4)
