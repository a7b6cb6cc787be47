// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/compare.hpp>

namespace xtape {

// One way to a gradient, and what it rests on: two ways that share something can share its mistakes.
template <class T> struct Method {
    std::string name;
    Names rests_on;
    NamedArrays<T> gradient;
    NamedArrays<T> error = {};  // of each element, for methods that are approximations
};

// The engine's own ways. Reverse and forward mode share all rules of derivation, so together they check the engine, not
// the rules; differences share the values of f alone.
template <class T>
Method<T> by_reverse_mode(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const Names& names = {});
template <class T>
Method<T> by_forward_mode(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const Names& names = {});
template <class T>
Method<T> by_differences(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const Names& names = {});

struct MethodPair {
    std::size_t first, second;  // of the methods
    bool agree;
    double norm_relative;  // the largest of all arguments
    std::string argument;  // which has it
    Names shared;          // what both rest on
    std::string reason;    // why they do not agree
};
struct MethodsReport {
    bool passed = true;      // all agree
    std::string conclusion;  // who disagrees with whom, and what that means
    double tolerance = 0;
    Names methods;
    std::vector<MethodPair> pairs;  // each two, once
    explicit operator bool() const { return passed; }
};
std::string formatted(const MethodsReport& report, Format format);
std::ostream& operator<<(std::ostream&, const MethodsReport&);  // as text

// Two methods agree if compare_named says so, or if no element differs by more than their errors allow. Throws Error
// for fewer than two, and for gradients of different arguments.
template <class T> MethodsReport compare_methods(const std::vector<Method<T>>& methods, const CompareOptions& = {});

}  // namespace xtape
