# SPDX-License-Identifier: BSD-3-Clause
# Breathe takes the name of an enumeration in a group as it stands: it gets its namespace.
/<memberdef kind="enum"/,/<qualifiedname>/ {
    /<name>/d
    s|qualifiedname>|name>|g
}
