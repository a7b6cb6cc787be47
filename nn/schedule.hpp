// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace xtape::nn {

// A learning rate over a training of `steps` steps: rises in a straight line to `peak` over the first `warm_up` steps,
// then falls along half a cosine to `floor` times the peak at the last one: Loshchilov and Hutter 2017
struct WarmUpCosine {
    double peak;
    std::int64_t steps, warm_up = 0;
    double floor = 0.01;

    double operator()(std::int64_t step) const {  // step counts from 0
        if (step < warm_up) return peak * double(step + 1) / double(warm_up);
        const double done = steps > warm_up + 1 ? double(step - warm_up) / double(steps - 1 - warm_up) : 1;
        const double height = (1 + std::cos(std::numbers::pi * std::fmin(done, 1))) / 2;
        return peak * (floor + (1 - floor) * height);
    }
};

}  // namespace xtape::nn
