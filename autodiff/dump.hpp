// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/tape.hpp>

namespace xtape {

enum class Dump { table, dot };

// What y was computed from, in the order it was recorded, to be read or drawn:
//     std::cout << dump(loss);                                  // a line for each leaf and operation
//     std::ofstream("loss.dot") << dump(loss, Dump::dot);     // for `dot -Tsvg loss.dot`
// Of each its place on the tape, the rule's name, the names of parameters and of what was named(), shape and type, the
// places of its inputs ("-" for a constant), and the line of the source that recorded it. An operation of a layer or of
// a formula may be several rules. What a checkpoint captures beside its argument and parameters is not listed.
// Records nothing; throws Error for a constant, and for a variable of another tape.
template <class T> std::string dump(const Variable<T>& y, Dump as = Dump::table, Where where = Where::here());

}  // namespace xtape
