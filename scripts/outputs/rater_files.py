"""What `reassess raters` writes beside its tables: model checks, figures, fewer raters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.release.files.writing import with_hashes, write_files

from ..terminal.files import write_set
from ..terminal.messages import print_result, say

if TYPE_CHECKING:
    from analysis import Release
    from analysis.diagnostics.report import ModelReport
    from analysis.raters.report import RaterReport
    from analysis.scores.methods.without_raters import WithoutRaters

    from .drawing import Drawing


def drawn_by(drawing: Drawing, release: Release | None) -> Callable[..., None]:
    """Return what has a figure drawn by its name, marked where the release is a simulated one."""
    simulated = release is not None and release.simulated

    def draw(name: str, found: object, **options: object) -> None:
        drawing.begin(f"{name}_figure", found, simulated=simulated, **options)

    return draw


def write_report(
    out: Path,
    report: RaterReport,
    model: ModelReport,
    release: Release | None,
    tables: dict[str, str],
    drawing: Drawing,
) -> list[str]:
    """Write tables, model checks and figures; return what was found and written, in sentences."""
    from analysis.diagnostics.report import model_tables
    from analysis.raters.tables import report_numbers
    from analysis.tables import json_text

    tables = tables | model_tables(model, release=release)
    contents = {name: text.encode() for name, text in tables.items()} | drawing.files()
    numbers = with_hashes(report_numbers(report), contents)
    contents["raters.json"] = json_text(numbers).encode()
    write_set(out, contents)
    wrote = f"wrote {', '.join(contents)} to {out}"
    return [*model_summary(model), *shown_raters(report), wrote]


def checked_and_shown(
    report: RaterReport,
    release: Release | None,
    drawing: Drawing,
    *,
    seed: int,
    progress: Callable[[str], object],
) -> ModelReport:
    """Check the model, and have drawn what was found."""
    from analysis.diagnostics.report import model_report_on_release, model_report_on_votes

    draw = drawn_by(drawing, release)

    def show(name: str, found: object) -> None:
        options = {"class_names": report.class_names, "golden": report.golden is not None}
        draw(name, found, **(options if name == "more_votes" else {}))

    how: dict[str, Any] = {"seed": seed, "progress": progress, "show": show}
    if release is None:
        return model_report_on_votes(report.fit, **how)
    return model_report_on_release(release, fit=report.fit, **how)


def shown_raters(report: RaterReport) -> Iterator[str]:
    """Say how many of how many raters heat maps show, where they are not all."""
    from analysis.defaults import SHOWN_RATERS

    n_raters = len(report.quality.votes)
    if n_raters > SHOWN_RATERS:
        yield (
            f"error_rates shows {SHOWN_RATERS} of {n_raters:,} raters, those with the most votes; "
            f"agreement {SHOWN_RATERS} at most, near copies first"
        )


def model_summary(model: ModelReport) -> Iterator[str]:
    """Say whether the model holds, and what more votes would buy, a line each."""
    from analysis.diagnostics.next_vote import share_of_gain

    if not model.checks:
        yield f"the model is not checked: {model.unchecked}"
    for check in model.checks:
        yield (
            f"model of {check.n_classes} classes: {100 * check.misplaced.observed:.2f} % of items "
            f"have other votes than it expects (by chance {100 * check.misplaced.expected:.2f} %, "
            f"p {check.chi_square.p_value:.3f}); {100 * check.unanimous.observed:.2f} % unanimous, "
            f"expected {100 * check.unanimous.expected:.2f} %"
        )
    if model.labels is not None:
        effects = model.labels.effects
        yield (
            f"fitted apart, animals and the rest gain {effects.gain:,.0f} nats for "
            f"{effects.added_parameters} parameters"
        )
    best = f"the best tenth of items have {100 * share_of_gain(model.gain, 0.1):.1f} % of the gain"
    yield (
        f"one more vote on each item: {model.gain.mean():.4f} bits on average"
        + (f"; {best}" if model.gain.any() else "")
    )


def leave_out(raters: str, release: Release, out: Path | None, *, seed: int) -> None:
    """Score the release without some raters, print what changes, and write it."""
    from analysis import without_raters
    from analysis.scores.methods.without_raters import without_raters_csv

    named = [name.strip() for name in raters.split(",") if name.strip()]
    data = without_raters(release, named, seed=seed)
    text = without_raters_csv(data)
    files = {} if out is None else without_files(data, text)
    if out is not None:
        write_files({out / name: content for name, content in files.items()})
    print_result(text)
    say().print(without_summary(data), markup=False)
    if out is not None:
        say().print(f"wrote {', '.join(files)} to {out}", markup=False)


def without_files(data: WithoutRaters, text: str) -> dict[str, bytes]:
    """Return what is written of a release without some raters, by file name."""
    from analysis.figures import figure_files, without_figure
    from analysis.release.labels.diff import diff_csv
    from analysis.release.labels.label_sets import to_json

    return {
        "without.csv": text.encode(),
        "without_labels.json": to_json(data.label_sets).encode(),
        "without_labels.csv": diff_csv(data.labels).encode(),
        **figure_files({"without": without_figure(data)}),
    }


def without_summary(data: WithoutRaters) -> str:
    """Say in one line what changes."""
    gap, diff = data.difference, data.labels
    many = len(data.raters)
    return (
        f"without {many} rater{'s' if many > 1 else ''} ({data.votes:,} votes, "
        f"{data.golden_answers:,} golden answers): average precision {gap.value:+.5f} "
        f"[{gap.low:+.5f}, {gap.high:+.5f}], {len(diff.added):,} labels added, "
        f"{len(diff.dropped):,} dropped; scores move by {data.moved:.5f} on average; "
        f"{data.unanswered:,} questions are left without votes"
    )
