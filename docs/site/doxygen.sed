# SPDX-License-Identifier: BSD-3-Clause
# Breathe takes the name of an enumeration in a group as it stands: it gets its namespace.
/<memberdef kind="enum"/,/<qualifiedname>/ {
    /<name>/d
    s|qualifiedname>|name>|g
}
# Doxygen leaves the slashes of comments in formulas and code.
s!(^|<verbatim>)/// {0,4}!\1!
