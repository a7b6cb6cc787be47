// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to compare*.cpp and methods*.cpp: what the numbers of a comparison mean, in words.

#include <xtape/autodiff/compare_methods.hpp>

namespace xtape {

template <class T> inline constexpr double default_tolerance = sizeof(T) == 8 ? 1e-12 : 1e-4;

// So many digits, or as many as a whole number has.
std::string brief(double x, int digits = 3);

std::string reason_of(const GradientDifference& d, double norm_autograd, double norm_analytic, bool transposed);

// Sets passed, verdict and normalisation from the arguments.
void give_verdict(CompareReport& report, const std::vector<std::pair<std::string, double>>& sizes);

std::string conclusion_of(const MethodsReport& report, const std::vector<Names>& rests_on);

}  // namespace xtape
