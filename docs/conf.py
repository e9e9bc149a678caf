"""How Sphinx makes the documentation site: `make docs`."""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
# Notebooks call the command of the environment that builds the site.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

project = "reassess"
author = "The reassess authors"
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "faces",
]
exclude_patterns = ["_*"]
templates_path = ["_templates"]

# Markdown as GitHub reads it: headings are anchors, and a table may hold Markdown.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_show_tb = True  # with the warning that a notebook failed, which ends `make docs`
nb_execution_timeout = 120
nb_merge_streams = True
nb_ipywidgets_js: dict[str, Any] = {}  # no request to anywhere

default_role = "py:obj"
autodoc_default_options = {"member-order": "bysource"}
autodoc_typehints = "none"  # the docstrings say it, with shapes and units
autosummary_generate = True
numpydoc_show_class_members = False

# Inventories are fetched from the network, so only where that is asked for.
if os.environ.get("REASSESS_INTERSPHINX"):
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "scipy": ("https://docs.scipy.org/doc/scipy", None),
        "matplotlib": ("https://matplotlib.org/stable", None),
    }

html_theme = "pydata_sphinx_theme"
html_title = "reassess"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_context = {"default_mode": "auto"}  # dark or light, as the reader's system is
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
