# SPDX-License-Identifier: BSD-3-Clause
"""Settings of sphinx-build, which the target `site` runs."""

import os

project = "xtape"
version = release = os.environ["XTAPE_VERSION"]

extensions = ["breathe", "myst_parser", "sphinx.ext.mathjax"]
include_patterns = ["index.rst", "api/*.rst", "*.md", "docs/*.md", "bench/*.md", "tests/**/*.md"]
highlight_language = "none"  # of what is set in in headers; pages say the language of each block

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

breathe_projects = {"xtape": os.environ["XTAPE_DOXYGEN"] + "/xml"}
breathe_default_project = "xtape"
breathe_default_members = ("members",)

# Formulas are drawn by MathJax 2, a copy of it: as SVG it takes no fonts, which browsers do not read beside a page
# that is a file.
mathjax_path = "mathjax/MathJax.js?config=TeX-AMS_SVG-full"
mathjax2_config = {"tex2jax": {"processClass": "math"}}
myst_update_mathjax = False

html_theme = "sphinx_rtd_theme"
html_theme_options = {"navigation_depth": 3}
html_copy_source = False
html_show_copyright = False
html_static_path = ["static"]
html_css_files = ["site.css"]
