// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>

#include <span>
#include <vector>

namespace xtape::apps {

// Lengths, from the largest element down: no square is lost below 1e-308.
double norm(const Array<double>& a);

std::vector<double> singular_values(const Array<double>& matrix);  // the largest first
double spectral_radius(const Array<double>& matrix);

// The mean factor from step to step of what ends with values.back(), going backwards through its last half.
double factor_per_step(std::span<const double> values);

double median(std::vector<double> values);

}  // namespace xtape::apps
