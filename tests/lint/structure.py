#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""structure.py [ROOT]: what the sources' structure promises. Prints FILE:LINE: what is wrong; fails if anything is."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
LAYERS = {"autodiff": {"autodiff"}, "nn": {"autodiff", "nn"}}  # apps, bench and tests may include everything
# for .cpp files, and people who write operations
PRIVATE = {"adjoints", "array_math", "compare_parts", "gates", "gemm", "indexed", "norm", "products", "record",
           "report_table", "rule", "thin_products", "vectors", "walk"}
MAY_INCLUDE_XTENSOR = {"array.hpp", "array_math.hpp", "blas.cpp", "data.cpp", "gemm.cpp", "small_gemm.cpp",
                       "vectors.hpp"}
REDUCTIONS = "sum|mean|average|prod|amax|amin|maximum|minimum|max|min|norm\\w*|pow|cumsum|cumprod|variance|stddev"

wrong = []


def include_lines(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line):
            yield number, found[1]


def complain(path, number, what):
    wrong.append(f"{path.relative_to(ROOT)}:{number}: {what}")


def sources(*folders, endings=(".hpp", ".cpp")):
    for folder in folders:
        yield from sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in endings and p.is_file())


def check_layers():
    for layer, allowed in LAYERS.items():
        for path in sources(layer):
            for number, name in include_lines(path):
                if (found := re.match(r"(?:xtape/)?(autodiff|nn|apps|bench|tests)/", name)) and found[1] not in allowed:
                    complain(path, number, f"includes go one way, apps -> nn -> autodiff; {layer} includes {name}")
                if path.parent == ROOT / "nn/analytic" and re.match(r"xtape/(?!nn/analytic/)", name):
                    complain(path, number, "hand-derived gradients share no code with the engine that they prove")
                if layer == "autodiff" and re.match(r"xt(ensor|l)|xsimd|cblas|lapack", name):
                    if path.name not in MAY_INCLUDE_XTENSOR:
                        complain(path, number, f"only {', '.join(sorted(MAY_INCLUDE_XTENSOR))} include {name}")


def check_public_headers():
    for path in sources("autodiff", "nn", endings=(".hpp",)):
        if path.stem not in PRIVATE or path.parts[-2] != "autodiff":
            for number, name in include_lines(path):
                if name in {f"xtape/autodiff/{p}.hpp" for p in PRIVATE}:
                    complain(path, number, f"a public header includes {name}, which is private")


def rule_bodies(text):
    """The structs of a file of rules, each with the number of its first line."""
    for found in re.finditer(r"^(?:template <[^\n]*> )?struct \w+[^\n]*\{\n.*?^\};", text, re.M | re.S):
        yield text.count("\n", 0, found.start()) + 1, found[0].splitlines()


def check_rules():
    rules = 0
    for path in sources("autodiff/ops"):
        for first, lines in rule_bodies(path.read_text()):
            rules += 1
            for number, line in enumerate(lines, first):
                code = line.split("//")[0]
                if found := re.search(rf"(?<![\w:.])(?:xt::)?({REDUCTIONS})\(", code):
                    complain(path, number, f"in a rule it is xtape::{found[1]}: on arrays lookup finds xtensor's, "
                                           "which loses digits and NaN")
                if re.search(r"\bauto\s*&*\s*\w+\s*=", code):
                    complain(path, number, "a rule's local has a written type: expressions hold references")
    if rules < 20:
        wrong.append(f"autodiff/ops: only {rules} rules found; does this check still see them?")


def check_text():
    endings = (".hpp", ".cpp", ".sh", ".py", ".txt", ".cmake")
    for path in sources("apps", "autodiff", "bench", "cmake", "docs", "nn", "tests", endings=endings):
        if path.suffix == ".txt" and path.name != "CMakeLists.txt":
            continue
        lines = path.read_text(errors="surrogateescape").splitlines()
        for number, line in enumerate(lines, 1):
            if len(line) > 120:
                complain(path, number, f"{len(line)} columns; at most 120")
            if not line.isascii():
                complain(path, number, "sources are ASCII")
        if not any("SPDX-License-Identifier: BSD-3-Clause" in line for line in lines[:2]):
            complain(path, 1, "the first line says SPDX-License-Identifier: BSD-3-Clause")


check_layers()
check_public_headers()
check_rules()
check_text()
print("\n".join(wrong) if wrong else "structure: ok")
sys.exit(bool(wrong))
