// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops.hpp>

#include <functional>
#include <vector>

namespace xtape {

// What gradcheck found. Converts to bool, so that CHECK(gradcheck(f, xs)) works; `text` says where and by how much.
struct GradcheckReport {
    bool passed = true;
    double worst = 0;  // largest difference, relative to the size of what is compared
    std::string text;
    explicit operator bool() const { return passed; }
};

struct GradcheckOptions {
    int order = 2;         // 2: the gradient's own gradient is checked too, by inputs and by cotangent; and so on
    int directions = 3;    // random ones for each input
    double tolerance = 0;  // relative; 0: 1e-6 in double, 2e-2 in float
    unsigned seed = 1;
};

// Compares gradients with differences (Richardson-extrapolated, with their own error allowed for) along random
// directions of each input, under a random cotangent: g' (df/dx v) both ways. f is any function of variables; the
// inputs must be points where it is smooth.
template <class T> using ManyToOne = std::function<Variable<T>(const std::vector<Variable<T>>&)>;
template <class T>
GradcheckReport gradcheck(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const GradcheckOptions& = {});

template <class F, class T>
requires std::invocable < const F&, const Variable<T>
& > GradcheckReport gradcheck(const F& f, const Array<T>& x, const GradcheckOptions& options = {}) {
    return gradcheck<T>([&](const std::vector<Variable<T>>& xs) { return f(xs[0]); }, {x}, options);
}

}  // namespace xtape
