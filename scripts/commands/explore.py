"""`reassess explore`: a page on which to choose an operating point by looking."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ..terminal.files import STANDARD_OUTPUT, write_file
from ..terminal.messages import print_result, say
from ..terminal.options import DataOption, output_option


def explore(
    output: Annotated[Path, output_option("The page to write.")] = Path("explore.html"),
    data: DataOption = None,
) -> None:
    """Write a page to explore operating points: open it in a browser, no network is needed.

    Drag the point along the curve, or type a threshold, and see precision and recall with their
    intervals, what changes against real.json, and examples with their votes; download the label
    file.
    """
    from analysis import explorer_page, load_release

    page = explorer_page(load_release(data))
    if output == STANDARD_OUTPUT:
        print_result(page)
        return
    write_file(output, page)
    say().print(f"wrote {output}: open it in a browser", markup=False)
