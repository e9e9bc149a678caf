"""docs/methods.md: the record as tables, what follows from it, and how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aggregation import METHODS

from ..report import three_digits
from ..runner import ROOT
from .guide import guide
from .markdown import failures, filled, rows_of
from .others import beside_crowd_kit, published
from .record import MEASURES, RECALIBRATED, Outcome, Record
from .summary import InShort, in_short

PAGE = ROOT / "docs" / "methods.md"
TITLE = "# Which method: all of them, measured\n"
HEAD = (
    "`python -m benchmarks methods` fits every method of the catalogue, with its defaults, to "
    "every set of votes with known answers in the folder `REASSESS_DATASETS`, and writes this "
    "page. No method is told an answer. Nothing here is typed: sentences follow from the "
    "tables. The sets are described here and never shipped. Where two labels tie, each counts "
    "a half; repeated votes count as often as they are there. The log loss takes a "
    "probability below 1e-12 as that."
)
BY_SET: dict[str, tuple[str, Callable[[float], str]]] = {
    "accuracy": ("Accuracy, %", lambda value: f"{100 * value:.2f}"),
    "macro_f1": ("Macro F1, %", lambda value: f"{100 * value:.2f}"),
    "log_loss": ("Log loss, nats an item", lambda value: f"{value:.3f}"),
    "brier": ("Brier score, 0 to 2", lambda value: f"{value:.3f}"),
    "recalibrated_log_loss": (
        "Log loss at the temperature that other known items tell",
        lambda value: f"{value:.3f}",
    ),
    "overconfidence": (
        "Mean confidence less accuracy, points",
        lambda value: f"{100 * value:+.1f}",
    ),
}


def page_of(record: Record) -> str:
    """Return the page."""
    parts = [
        TITLE,
        filled(HEAD),
        "",
        "## Which method when\n",
        "\n\n".join(map(filled, guide(record))) + "\n",
        "## In short\n",
        *short(record),
        "## The methods\n",
        *described(record),
        "## The sets\n",
        *sets(record),
        *by_set(record),
        "## Time\n",
        *times(record),
        "## Beside crowd-kit\n",
        *beside_crowd_kit(record),
        "## Beside published figures\n",
        *published(record),
        machine(record),
    ]
    return "\n".join(part.rstrip("\n") if part.startswith("|") else part for part in parts)


def short(record: Record) -> Iterator[str]:
    """Yield the means over sets."""
    yield filled(
        f"Means over {len(record.sets)} sets. Gain: accuracy less that of the votes, in points, "
        "with a 95 % interval by a bootstrap over sets; worst: the least gain in a set. "
        "Recalibrated: the log loss at the temperature that nine tenths of the known items tell, "
        "on the others. Time is processor time as a multiple of that of `dawid-skene` (geometric "
        "mean)."
    )
    heading = (
        "method",
        "accuracy",
        "gain",
        "worst",
        "macro F1",
        "log loss",
        "recalibrated",
        "Brier",
        "too sure",
        "time",
    )
    yield "\n" + rows_of(heading, (short_row(row) for row in in_short(record)))
    missing = failures(record.ours)
    if missing:
        yield "\n" + filled(f"Left out, for want of a result on some set: {missing}.")
    yield ""


def short_row(row: InShort) -> tuple[str, ...]:
    """Return a method's cells."""
    gain, means = row.gain, row.means
    return (
        f"`{row.name}`",
        f"{100 * means['accuracy']:.2f}",
        f"{100 * gain.value:+.2f} [{100 * gain.low:+.2f}, {100 * gain.high:+.2f}]",
        f"{100 * row.worst:+.2f} ({row.worst_set})",
        f"{100 * means['macro_f1']:.2f}",
        f"{means['log_loss']:.3f}",
        f"{means[RECALIBRATED]:.3f}",
        f"{means['brier']:.4f}",
        f"{100 * means['overconfidence']:+.1f}",
        three_digits(row.times),
    )


def described(record: Record) -> Iterator[str]:
    """Yield what each method is."""
    named = [name for name in METHODS if name in next(iter(record.ours.values()), {})]
    heading = ("method", "what it is", "maximises", "takes a store", "described by")
    rows = (
        (
            f"`{name}`",
            one.title,
            kind_in_words(one.objective_kind),
            "yes" if one.by_passes else "no",
            one.reference,
        )
        for name, one in ((name, METHODS[name]) for name in named)
    )
    yield rows_of(heading, rows, text=True)
    yield ""


def kind_in_words(kind: str) -> str:
    """Say what a method maximises."""
    return {"elbo": "a bound of the evidence", "score": "nothing of the kind"}.get(kind, kind)


def sets(record: Record) -> Iterator[str]:
    """Yield what the sets are."""
    heading = (
        *("set", "votes", "raters", "items", "classes", "known items"),
        *("votes an item", "votes a rater", "repeated votes", "source"),
    )
    rows = (
        (
            one.name,
            *(
                f"{number:,}"
                for number in (one.votes, one.raters, one.items, one.classes, one.known)
            ),
            f"{one.votes_an_item:.1f}",
            f"{one.votes_a_rater:.0f}",
            f"{one.repeated:,}",
            one.source,
        )
        for one in record.sets
    )
    yield rows_of(heading, rows)
    yield ""


def by_set(record: Record) -> Iterator[str]:
    """Yield a table a measure."""
    assert BY_SET.keys() == {*MEASURES}
    for measure, (title, words) in BY_SET.items():
        yield f"## {title}\n"
        yield matrix(record, lambda one, measure=measure, words=words: cell(one, measure, words))  # type: ignore[misc]
        yield ""


def times(record: Record) -> Iterator[str]:
    """Yield milliseconds."""
    yield filled(
        "Milliseconds of processor time, of all threads together, of one fit with its kernels "
        "compiled; the least of up to five."
    )
    yield ""
    yield matrix(record, lambda one: "" if one.failure else three_digits(1000 * one.seconds))
    yield ""


def matrix(record: Record, words: Callable[[Outcome], str]) -> str:
    """Return a table of methods by sets."""
    names = [one.name for one in record.sets]
    methods = dict.fromkeys(name for of_set in record.ours.values() for name in of_set)
    rows = (
        (f"`{method}`", *(words(record.ours[name][method]) for name in names)) for method in methods
    )
    return rows_of(("method", *names), rows)


def cell(one: Outcome, measure: str, words: Callable[[float], str]) -> str:
    """Write a measure, or nothing where there is no result."""
    return "" if one.failure else words(one.measures[measure])


def machine(record: Record) -> str:
    """Say where and when, and with which versions."""
    found = record.environment
    words = [str(found.get("date", "")), str(found.get("processor", ""))]
    words += [
        f"{name} {found[name]}"
        for name in ("python", "numpy", "scipy", "numba", "pandas", "crowd-kit")
        if name in found
    ]
    return f"<sub>{', '.join(word for word in words if word)}</sub>\n"
