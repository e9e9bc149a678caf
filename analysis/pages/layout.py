"""How every page is made: its templates, its style, and its tables."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

from aggregation.errors import printable

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 Georgia, serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; }
th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #8886; }
td.long { overflow-wrap: anywhere; min-width: 4.5rem; }
@media (max-width: 40rem) { table { font-size: .78rem; } th, td { padding-right: .4rem; } }
td.yes { font-weight: bold; } td.no { font-weight: bold; color: #c00; }
img { width: 100%; height: auto; background: #fff; }
.simulated { border: 3px solid #c00; padding: .5rem 1rem; font-weight: bold; }
"""

LONGEST_WORD = 14


def table(headings: tuple[str, ...], rows: list[str]) -> str:
    """Return a table of rows that are HTML already."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def row(*cells: str, verdict: bool | None = None) -> str:
    """Return a row of cells, which are text, and a verdict in a cell of its own."""
    inner = "".join(_cell(printable(cell)) for cell in cells)
    if verdict is not None:
        inner += f'<td class="{"yes" if verdict else "no"}">{"yes" if verdict else "NO"}</td>'
    return f"<tr>{inner}</tr>"


def _cell(text: str) -> str:
    """Return a cell; a hash or a name may be broken anywhere in it, as words may not."""
    long = any(len(word) > LONGEST_WORD for word in text.split())
    return f'<td class="long">{escape(text)}</td>' if long else f"<td>{escape(text)}</td>"


def rendered(template: str, **values: Any) -> str:
    """Fill in a template of `assets/`: text that is put in is escaped, unless it is an asset."""
    return _environment().get_template(template).render(values)


def asset(*names: str) -> Markup:
    """Return styles or scripts of `assets/`, one after the other, to be put in as they stand."""
    from markupsafe import Markup

    return Markup("\n".join(map(_source, names)))


def _source(name: str) -> str:
    return resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    # The end of a file belongs to it, so that a page ends in a newline.
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {}  # entries stay in their order
    return environment
