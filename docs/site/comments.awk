# SPDX-License-Identifier: BSD-3-Clause
# A header as Doxygen is to see it: one group of declarations, described by the comments that stand alone or right
# above the namespace. Comments right above a declaration, and those behind a member, document it; lines that are set
# in are formulas or code.
function escaped(s) {
    gsub(/[\\@<>&#%"]/, "\\\\&", s)
    while (match(s, /`[^`]+`/))
        s = substr(s, 1, RSTART - 1) "<tt>" substr(s, RSTART + 1, RLENGTH - 2) "</tt>" substr(s, RSTART + RLENGTH)
    return s
}

function flush_comment(alone,    i, formula) {
    if (count && alone && !group) print "/// \\addtogroup " name
    for (i = 1; i <= count && !(alone && group); ++i) {
        if ((lines[i] ~ /^   /) != formula) print (formula = !formula) ? "/// \\verbatim" : "/// \\endverbatim"
        print "/// " (formula ? lines[i] : escaped(lines[i]))
    }
    if (formula) print "/// \\endverbatim"
    count = 0
}

FNR == 1 {
    name = FILENAME
    sub(/^.*\/(autodiff|nn)\//, "&:", name)
    sub(/^.*\/.*\/:/, (FILENAME ~ /\/nn\//) ? "nn_" : "autodiff_", name)
    sub(/\.hpp$/, "", name)
    gsub(/\//, "_", name)
}
/SPDX-License-Identifier/ { next }
/^ *\/\/( |$)/ { sub(/^ *\/\//, ""); lines[++count] = $0; next }
{ flush_comment($0 == "" || /^namespace xtape/) }
match($0, /[;,{)] +\/\/ /) {
    at = RSTART + RLENGTH
    comment = substr($0, at)
    $0 = substr($0, 1, RSTART) "  ///< " escaped(comment)
}
{ gsub(/= \{\.[a-z_]+ = /, "= {") }  # of the first member: Sphinx cannot read designated initialisers
/^}  \/\/ namespace xtape/ { print "/// @}" }
{ print }
/^namespace xtape/ { group = 1; print "/// \\addtogroup " name "\n/// @{" }
