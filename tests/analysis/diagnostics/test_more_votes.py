from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aggregation import VoteError, Votes, e_step, fit_dawid_skene, simulate_votes
from aggregation.datasets.simulate import draw_error_rates
from analysis import AnalysisError, Release, more_votes, precision_recall
from analysis.diagnostics.more_votes import VotesBought, more_votes_csv, random_places
from analysis.diagnostics.next_vote import next_vote_gain, next_votes_csv, share_of_gain

RATES = draw_error_rates(8, 2, 3, seed=4)
PRIOR = np.array([0.6, 0.4])
SIMULATED = simulate_votes(RATES, class_prior=PRIOR, n_items=4000, votes_per_item=4, seed=7)
MODEL: dict[str, Any] = {"error_rates": RATES, "class_prior": PRIOR}


def bought(**options: Any) -> dict[tuple[str, int], VotesBought]:
    options = {"n_items": 4000, "most": 6, "replicates": 3} | options
    rows = more_votes(SIMULATED.votes, truth=SIMULATED.truth, **MODEL, **options)
    return {(row.source, row.n_votes): row for row in rows}


def test_all_votes_give_what_they_gave() -> None:
    scores = e_step(SIMULATED.votes, **MODEL).posterior
    row = bought()["known items", 4]
    curve = precision_recall(scores[:, 1], truth=SIMULATED.truth)
    assert row.draws == 1
    assert row.average_precision == pytest.approx(curve.average_precision, rel=1e-12)
    assert row.precision == pytest.approx(curve.at(0.8).precision, rel=1e-12)
    assert row.recall == pytest.approx(curve.at(0.8).recall, rel=1e-12)
    assert row.entropy == pytest.approx(-(scores * np.log2(scores)).sum(axis=1).mean(), rel=1e-12)


def test_one_vote_by_exact_sums() -> None:
    """With one vote, entropy and shares are sums over raters and answers."""
    weights = SIMULATED.votes.votes_per_rater() / SIMULATED.votes.n_votes
    joint = weights[:, None, None] * PRIOR[:, None] * RATES  # rater, class, answer
    posterior = joint / joint.sum(axis=1, keepdims=True)
    exact = -(joint * np.log2(posterior)).sum()
    kept = posterior[:, 1] >= 0.8
    precision = joint[:, 1][kept].sum() / joint.sum(axis=1)[kept].sum()
    recall = joint[:, 1][kept].sum() / PRIOR[1]
    rows = bought(n_items=100_000)
    for source, error in (("simulated", 0.01), ("votes", 0.02), ("known items", 0.02)):
        row = rows[source, 1]
        assert row.entropy == pytest.approx(exact, abs=error)
        assert row.precision == pytest.approx(precision, abs=error)
        assert row.recall == pytest.approx(recall, abs=error)


def test_where_the_model_holds_all_sources_agree() -> None:
    rows = bought(n_items=20_000)
    for n_votes in range(1, 5):
        entropies = [rows[s, n_votes].entropy for s in ("simulated", "votes", "known items")]
        assert max(entropies) - min(entropies) < 0.02
        areas = [rows[s, n_votes].average_precision for s in ("simulated", "known items")]
        assert abs(areas[0] - areas[1]) < 0.02


def test_more_votes_are_better() -> None:
    rows = bought()
    for source, most in (("simulated", 6), ("votes", 4), ("known items", 4)):
        entropies = [rows[source, n].entropy for n in range(1, most + 1)]
        assert (np.diff(entropies) < 0).all()
    assert rows["simulated", 6].average_precision > rows["simulated", 1].average_precision
    assert np.isnan(rows["votes", 2].average_precision)
    assert rows["known items", 2].spread > 0


def test_copied_votes_buy_nothing() -> None:
    """Where the second to fourth votes copy the first, the model overstates what they tell."""
    votes = SIMULATED.votes
    first = votes.answers[votes.starts[votes.items]]
    copies = Votes.from_triples(votes.items, votes.raters, first, n_raters=8, n_answers=3)
    fit = fit_dawid_skene(copies, n_classes=2)
    rows = more_votes(
        copies,
        error_rates=fit.error_rates,
        class_prior=fit.class_prior,
        truth=SIMULATED.truth,
        most=4,
        n_items=4000,
        replicates=3,
    )
    area = {(row.source, row.n_votes): row.average_precision for row in rows}
    assert area["simulated", 4] - area["known items", 4] > 0.05


def test_votes_are_taken_at_random_and_nested() -> None:
    votes = SIMULATED.votes
    place = random_places(votes, np.random.default_rng(0))
    two, three = votes.where(place < 2), votes.where(place < 3)
    assert (np.diff(two.starts) == 2).all()
    for item in range(50):
        codes = [
            set(each.codes[each.starts[item] : each.starts[item + 1]].tolist())
            for each in (two, three, votes)
        ]
        assert codes[0] < codes[1] < codes[2]
    # Each of an item's votes is as likely to be the first.
    shares = np.bincount(place.reshape(-1, 4)[:, 0], minlength=4) / votes.n_items
    assert np.abs(shares - 0.25).max() < 0.03


def test_items_with_fewer_votes_keep_them() -> None:
    votes = Votes.from_triples([0, 0, 0, 2], [0, 1, 2, 0], [0, 1, 1, 1])
    place = random_places(votes, np.random.default_rng(0))
    assert np.diff(votes.where(place < 2).starts).tolist() == [2, 0, 1]
    assert (place < 3).all()


def test_impossible_votes_are_refused() -> None:
    """A vote that no class would give, which fewer votes might leave out."""
    rates = RATES.copy()
    rates[3, :, 1] = 0
    rates[3] /= rates[3].sum(axis=1, keepdims=True)
    with pytest.raises(VoteError, match="have probability 0 under every class"):
        more_votes(SIMULATED.votes, error_rates=rates, class_prior=PRIOR, n_items=10)


def test_spammers_gain_nothing() -> None:
    spammer = np.tile([0.2, 0.3, 0.5], (1, 2, 1))
    gain = next_vote_gain([[0.5, 0.5], [0.9, 0.1]], error_rates=spammer, rater_weights=[3])
    np.testing.assert_allclose(gain, 0, atol=1e-12)


def test_share_of_gain_without_any() -> None:
    assert np.isnan(share_of_gain(np.zeros(5), 0.1))


def test_next_votes_csv(simulated: Release) -> None:
    fit = fit_dawid_skene(simulated.votes, n_classes=2)
    gain = next_vote_gain(
        fit.posterior, error_rates=fit.error_rates, rater_weights=simulated.votes.votes_per_rater()
    )
    text = next_votes_csv(simulated, posterior=fit.posterior, gain=gain, most=7)
    header, *lines = text.splitlines()
    assert header == "image,label,no,maybe,yes,posterior,entropy,gain"
    gains = [float(line.split(",")[-1]) for line in lines]
    assert gains == sorted(gain, reverse=True)[:7]
    best = int(np.argmax(gain))
    image, label, *counts = lines[0].split(",")[:5]
    assert image.endswith(f"{simulated.questions.images[best]:08d}.JPEG")
    assert int(label) == simulated.questions.labels[best]
    answers = simulated.votes.select([best]).answers
    assert [int(count) for count in counts] == np.bincount(answers, minlength=3).tolist()


def test_csv_and_seed() -> None:
    rows = more_votes(SIMULATED.votes, **MODEL, n_items=100, most=2, replicates=2, seed=1)
    again = more_votes(SIMULATED.votes, **MODEL, n_items=100, most=2, replicates=2, seed=1)
    text = more_votes_csv(rows)
    assert text == more_votes_csv(again)
    assert text.splitlines()[0].startswith("source,n_votes,n_items,draws,entropy,precision,recall")
    assert len(text.splitlines()) == 1 + 2 + 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"most": 0}, "most=0: give 1"),
        ({"most": 9}, "most=9: 8 raters have votes"),
        ({"replicates": 0}, "replicates=0"),
        ({"threshold": 1.5}, "threshold 1.5"),
        ({"cls": 2}, "cls=2 is none of the 2 classes"),
        ({"truth": [0, 1]}, r"truth of shape \(2,\)"),
    ],
)
def test_unusable(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        more_votes(SIMULATED.votes, **MODEL, **({"n_items": 10} | options))


@pytest.mark.parametrize(
    ("weights", "message"), [([1.0, 2.0], "do not fit"), ([0.0], "one of them above 0")]
)
def test_unusable_weights(weights: list[float], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        next_vote_gain([[0.5, 0.5]], error_rates=[np.eye(2)], rater_weights=weights)


@pytest.mark.release
def test_release_with_all_votes(release: Release) -> None:
    """Five votes on the golden questions are what EM is known to give."""
    fit = fit_dawid_skene(release.votes, n_classes=2)
    golden = release.golden
    rows = more_votes(
        release.votes.select(golden.questions),
        error_rates=fit.error_rates,
        class_prior=fit.class_prior,
        truth=golden.fits().astype(int),
        n_items=1000,
        replicates=2,
    )
    assert rows[-1].source == "known items"
    assert rows[-1].n_votes == 5
    assert rows[-1].average_precision == pytest.approx(0.89221, abs=1e-5)
