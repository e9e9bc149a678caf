"""The numbers on docs/raters.md are those that the commands give."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from analysis import Release, agreement, make_labels, report_on_release, without_raters
from analysis.diagnostics.next_vote import next_votes_csv, share_of_gain
from analysis.diagnostics.report import ModelReport, model_report_on_release
from analysis.raters.pairs.power import near_copy_power
from analysis.raters.quality import verdicts
from analysis.raters.quality.measures import bits_per_answer
from analysis.raters.report import RaterReport

PAGE = Path(__file__).parents[2] / "docs" / "raters.md"


def text() -> str:
    """The page on one line."""
    return re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))


def percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}"


def of_raters(report: RaterReport, release: Release) -> Iterator[str]:
    quality, golden = report.quality, report.golden
    assert golden is not None
    assert golden.retest is not None
    alpha = report.agreement.krippendorff_alpha
    yield f"alpha is {alpha.value:.3f} [{alpha.low:.3f}, {alpha.high:.3f}]"
    wide = report.agreement.items_and_raters["krippendorff_alpha"]
    yield f"the interval is [{wide.low:.3f}, {wide.high:.3f}]"
    nominal = agreement(release.votes, scale="nominal", replicates=10)
    yield f"have an alpha of {nominal.krippendorff_alpha.value:.3f}"
    yield f"are the same in {percent(nominal.percent.value)} % of pairs"
    same, others = golden.retest.agreement, golden.retest.others
    for share in (same, others):
        yield f"{percent(share.value)} % [{percent(share.low)}, {percent(share.high)}]"
    yield f"of {golden.retest.table.sum():,} cases"
    words_of = Counter(verdict.words for verdict in quality.verdicts)
    yield from (f"| {words} | {count} |" for words, count in words_of.items())
    accuracy = golden.accuracy.of_kind("rater")
    place = {name: row for row, name in enumerate(quality.rater_names)}
    yes = accuracy.error_rates.value[:, :, 2]
    one, strict = place[145], place[123]
    yield f"to {percent(yes[one, 0])} % of the golden questions whose label does not fit"
    yield f"to {percent(yes[one, 1])} % of those whose label does"
    bits = quality.bits.value
    yield f"{quality.votes[one]:,} votes tell {bits[one]:.4f} bits an answer"
    yield f"the median rater's {np.median(bits):.2f}"
    own = bits_per_answer(quality.error_rates, class_prior=report.fit.class_prior)
    yield f"it is {own[one]:.4f} and {np.median(own):.3f}"
    yield f"to {percent(yes[strict, 1])} % of the golden questions whose label fits"
    assert yes[strict, 0] == 0
    assert np.argsort(accuracy.accuracy.value)[:2].tolist() == [one, strict]
    yield f"accuracy, {accuracy.accuracy.value[strict]:.3f};"
    yield f"{bits[strict]:.2f} bits an answer, over {quality.votes[strict]:,} votes"
    assert "inverted" not in words_of


def of_copies(report: RaterReport) -> Iterator[str]:
    assert report.golden is not None
    copies = report.golden.copies
    (group,) = copies.groups
    names = [str(report.quality.rater_names[rater]) for rater in group.raters]
    yield f"raters {', '.join(names[:-1])} and {names[-1]}**"
    yield f"--without {','.join(names)}"
    least, most = group.golden_agreement
    yield f"{percent(least)} to {percent(most)} % of their 1,135 golden answers"
    yield f"at most {percent(copies.most_agreement)} %"
    yield f"agree on {group.job_agreed} of {group.job_items} common questions"
    yield f"expects {group.job_expected:.0f} +- {group.job_error:.0f}"
    yield f"few votes, {group.votes.min()} to {group.votes.max()}"
    assert group.second_answers == 0
    yield f"among {report.pairs.tested.sum():,} pairs"
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        items, linked = near_copy_power(report.pairs, share).T
        sizes = (items > 0, items < 50, (items >= 50) & (items < 200), items >= 200)
        cells = " | ".join(f"{linked[size].mean():.2f}" for size in sizes)
        yield f"| {share} | {cells} |"


def of_model(model: ModelReport) -> Iterator[str]:
    two, three = model.checks
    rows = [
        ("unanimous questions", two.unanimous, three.unanimous),
        ("pairs of votes that agree", two.agreement, three.agreement),
    ]
    for words, name in (
        ("five times yes", "5 yes"),
        ("three times no, twice maybe", "3 no, 2 maybe"),
    ):
        one, other = (next(k for k in check.kinds if k.name == name) for check in (two, three))
        rows.append((words, one, other))
    for words, one, other in rows:
        values = (one.observed, one.expected, other.expected)
        yield f"| {words} | {' | '.join(f'{percent(value, 2)} %' for value in values)} |"
    for check in (two, three):
        assert check.chi_square.p_value == 1 / 101
        yield f"{percent(check.misplaced.observed, 2)} %"
        yield f"{percent(check.misplaced.expected, 2)} %"


def of_classes(model: ModelReport) -> Iterator[str]:
    assert model.labels is not None
    effects, difficulty = model.labels.effects, model.labels.difficulty
    for found in effects.differences:
        if found.answer == "no":
            continue
        fits = "fits" if found.truth == "fits" else "does not fit"
        gap = found.difference
        yield (
            f"| {found.answer}, label {fits} | {percent(found.animals.value)} % | "
            f"{percent(found.rest.value)} % | {100 * gap.value:+.1f} % "
            f"[{100 * gap.low:+.1f}, {100 * gap.high:+.1f}] |"
        )
    maybe = effects.differences[1]
    yield f"Of {maybe.raters} raters {maybe.raters_above} say maybe"
    yield f"gain {effects.gain:,.0f} nats"
    yield f"for {effects.added_parameters} more parameters"
    hardest = difficulty.hardest(8)
    assert (hardest < 398).all()
    assert hardest[:5].tolist() == [281, 386, 37, 241, 218]
    yield f"differ in {percent(difficulty.disagreement[281])} % of pairs"
    pairs = model.labels.pairs
    assert pairs.labels[:4].tolist() == [[527, 664], [836, 837], [526, 664], [508, 664]]
    for accepted, asked in zip(pairs.accepted[1:4], pairs.asked[1:4], strict=True):
        yield f"{accepted} of {asked}"
    yield f"{pairs.accepted[0]} images, of {pairs.asked[0]} for"


def of_more_votes(model: ModelReport, release: Release) -> Iterator[str]:
    rows = {(row.source, row.n_votes): row for row in model.bought}
    for n in range(1, 6):
        drawn, real, known = (rows[s, n] for s in ("simulated", "votes", "known items"))
        yield (
            f"| {n} | {drawn.entropy:.3f} | {real.entropy:.3f} | {drawn.average_precision:.3f} | "
            f"{known.average_precision:.3f} |"
        )
    last = rows["simulated", 10]
    yield f"| 10 | {last.entropy:.3f} | | {last.average_precision:.3f} | |"
    first = rows["known items", 1]
    assert (first.draws, round(first.spread / first.draws**0.5, 3)) == (400, 0.001)
    four, five = (rows["known items", n].average_precision for n in (4, 5))
    yield f"from four votes to five is {five - four:.3f}"
    yield f"by {model.gain.mean():.4f} bits on average"
    yield f"a tenth of the questions have {percent(share_of_gain(model.gain, 0.1))} %"
    listed = next_votes_csv(release, posterior=model.fit.posterior, gain=model.gain)
    kinds = Counter(
        (row["no"], row["maybe"], row["yes"]) for row in csv.DictReader(io.StringIO(listed))
    )
    assert [kind for kind, _ in kinds.most_common(2)] == [("3", "1", "1"), ("2", "3", "0")]
    yield "{} and {} of the 1,000".format(*(count for _, count in kinds.most_common(2)))


def of_leaving_out(release: Release, copies: list[int]) -> Iterator[str]:
    for name, raters in (("145", [145]), ("the eight near copies", copies)):
        found = without_raters(release, raters)
        gap, diff = found.difference, found.labels
        yield (
            f"| {name} | {found.votes:,} | {gap.value:+.5f} [{gap.low:+.5f}, {gap.high:+.5f}] | "
            f"{len(diff.added)} | {len(diff.dropped)} |"
        )
        if name == "145":
            yield f"The labels of {len(diff.changed_images)} images change"
            code = list(release.votes.rater_names).index(145)
            assert code not in release.votes.select(release.golden.questions).raters
            assert make_labels(release, scores=found.scores) == found.label_sets


@pytest.mark.release
def test_numbers_on_the_page(release: Release) -> None:
    page = text()
    report = report_on_release(release)
    model = model_report_on_release(release, fit=report.fit)
    assert report.golden is not None
    names = report.quality.rater_names
    copies = [names[rater] for rater in report.golden.copies.groups[0].raters]
    said = [
        *of_raters(report, release),
        *of_copies(report),
        *of_model(model),
        *of_classes(model),
        *of_more_votes(model, release),
        *of_leaving_out(release, copies),
    ]
    assert len(said) > 55
    assert [words for words in said if words not in page] == []


def test_figures_on_the_page_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(pictures) == 4
    for picture in pictures:
        assert (PAGE.parent / picture).read_bytes().startswith(b"\x89PNG")


def test_rules_on_the_page_are_those_of_the_verdicts() -> None:
    page = text()
    assert f"X in at least {percent(verdicts.ALWAYS, 0)} % of answers" in page
    assert f"with a probability of {verdicts.SURELY}" in page
    assert f"bits an answer surely below {percent(verdicts.GUESSING, 0)} % of told" in page
    assert f"bits an answer below {percent(verdicts.WEAK, 0)} % of told" in page
    assert f"fewer than {verdicts.LEAST_VOTES} votes" in page
    assert f"with a probability of at least {verdicts.PROBABLY}" in page
    assert f"by at least {percent(verdicts.LEANING, 0)} % of the scale" in page
    assert f"by at least {percent(verdicts.BIASED, 0)} % of items" in page
