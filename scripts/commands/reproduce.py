"""`reassess reproduce`: everything that was published, recomputed and compared."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from analysis.release.files.writing import with_hashes

from ..outputs.drawing import Drawing
from ..terminal.files import write_set
from ..terminal.messages import print_result, say
from ..terminal.options import DataOption, out_option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis import Release
    from analysis.reproduction import Reproduction

MOST_IN_A_CELL = 40


def reproduce(
    out: Annotated[Path, out_option("Folder to write to.")] = Path("reproduction"),
    data: DataOption = None,
) -> None:
    """Recompute the published scores, real.json, the raters' accuracy and Figure 3, and compare.

    Writes scores.npz, real.json, raters.csv, figure3.png, figure3.pdf, report.html and
    summary.json. Exit status 0 if all is identical, 1 if anything differs.
    """
    console = say()
    folder = _find_or_fetch(data)
    if folder is None:
        out = out.resolve()
        out = out.parent / f"{out.name}-simulated"
        folder = _simulate(out)
    reading = console.status("reading the release")
    with reading as status, Drawing() as drawing, ThreadPoolExecutor(1) as beside:
        from analysis import load_release, published_scores

        release = load_release(folder)
        status.update("recomputing scores, labels and Figure 3")
        scores = published_scores(release)
        # compressing the 41 MB of text in scores.npz leaves the interpreter free
        packed = beside.submit(_packed, release, scores)
        from analysis.reproduction import reproduce as recompute
        from analysis.scores.figure3 import figure3_data

        figure3 = figure3_data(release, scores=scores)
        drawing.begin("figure3", figure3)
        result = recompute(release, scores=scores, figure3=figure3)
        status.update("drawing, and writing the files")
        write_reproduction(out, release, result, packed, drawing)
    print_comparisons(release, result)
    print_result(f"{out}\n")
    raise SystemExit(0 if result.identical else 1)


def _packed(release: Release, scores: NDArray[np.float64]) -> bytes:
    from io import BytesIO

    from analysis.reproduction import write_scores

    stream = BytesIO()
    write_scores(stream, release, scores)
    return stream.getvalue()


def _find_or_fetch(data: Path | None) -> Path | None:
    """Find the release, download it where it is nowhere, or return None where that cannot be."""
    import os

    from analysis import AnalysisError
    from analysis.release.files.download import cache_dir, find_release, missing_files

    if data is not None or os.environ.get("REASSESS_DATA") or not missing_files(cache_dir()):
        return find_release(data)
    from ..terminal.progress import fetch_with_progress

    try:
        return Path(fetch_with_progress(None))
    except AnalysisError as error:
        say().print(f"The release cannot be had: {error}", markup=False)
        return None


def _simulate(out: Path) -> Path:
    from rich.markup import escape

    from analysis.release.simulated.drawn_release import write_simulated_release

    folder = out / "simulated-release"
    say().print(
        "[bold reverse] SIMULATED [/] Running on a simulated release instead, drawn from the "
        f"Dawid & Skene model into {escape(str(folder))}. It says nothing about ImageNet."
    )
    write_simulated_release(folder)
    return folder


def write_reproduction(
    out: Path,
    release: Release,
    result: Reproduction,
    packed_scores: Future[bytes],
    drawing: Drawing,
) -> None:
    """Write the files of a reproduction: all of them, or none."""
    from analysis.pages.reproduction_page import report_html
    from analysis.raters.golden.accuracy import raters_csv
    from analysis.release.labels.label_sets import to_json
    from analysis.reproduction import summary
    from analysis.tables import json_text

    numbers = summary(release, result)
    pictures = drawing.files()
    contents: dict[str, bytes] = {
        "scores.npz": packed_scores.result(),
        "real.json": to_json(result.label_sets).encode(),
        "raters.csv": raters_csv(result.raters).encode(),
        **pictures,
        "report.html": report_html(release, result, numbers, pictures["figure3.png"]).encode(),
    }
    manifest = json_text(with_hashes(numbers, contents), indent=2)
    write_set(out, contents | {"summary.json": manifest.encode()})


def _shortened(value: str) -> str:
    """Return what fits a cell: of a hash, the beginning."""
    return value if len(value) <= MOST_IN_A_CELL else f"{value[:16]}..."


def print_comparisons(release: Release, result: Reproduction) -> None:
    """Say on the terminal, line by line, what was compared and whether it is identical."""
    from rich.markup import escape
    from rich.table import Table

    title = "SIMULATED release" if release.simulated else f"release in {release.folder}"
    table = Table(title=f"{escape(title)}: published and recomputed", title_justify="left")
    for heading in ("what", "published", "recomputed", "identical"):
        table.add_column(heading, overflow="fold")
    for line in result.comparisons:
        same = "[bold]yes[/]" if line.identical else "[bold red]NO[/]"
        table.add_row(line.what, _shortened(line.published), _shortened(line.recomputed), same)
    console = say()
    console.print(table)
    for line in result.comparisons:
        if _shortened(line.recomputed) != line.recomputed:
            console.print(f"{line.what}: {line.recomputed}", markup=False)
    for line in result.comparisons:
        for difference in line.differences:
            console.print(f"{line.what}: {difference}", markup=False)
    figure3 = result.figure3.chosen
    console.print(
        f"The same labels come of any threshold in {result.interval}. On {figure3.n_fits} fitting "
        f"golden questions: precision {figure3.precision:.5f}, recall {figure3.recall:.5f}."
    )
