"""How every page is made: its templates, its styles and its scripts."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

from aggregation.errors import printable


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
    environment.filters["printable"] = printable
    environment.policies["json.dumps_kwargs"] = {}  # entries stay in their order
    return environment
