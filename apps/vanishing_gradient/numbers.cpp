// SPDX-License-Identifier: BSD-3-Clause
#include "numbers.hpp"

#include <xtensor-blas/xlinalg.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::apps {

double norm(const Array<double>& a) {
    double most = 0, squares = 0;
    for (const double x : a) most = std::max(most, std::abs(x));
    if (most == 0 || !std::isfinite(most)) return most;
    for (const double x : a) squares += (x / most) * (x / most);
    return most * std::sqrt(squares);
}

std::vector<double> singular_values(const Array<double>& matrix) {
    const auto [u, s, v] = xt::linalg::svd(xt::xtensor<double, 2>(matrix), false, false);
    return {s.begin(), s.end()};
}

double spectral_radius(const Array<double>& matrix) {
    const xt::xtensor<std::complex<double>, 1> values = xt::linalg::eigvals(xt::xtensor<double, 2>(matrix));
    double most = 0;
    for (const std::complex<double>& value : values) most = std::max(most, std::abs(value));
    return most;
}

double factor_per_step(std::span<const double> values) {
    const std::size_t steps = values.size() / 2;
    return std::pow(values[values.size() - 1 - steps] / values.back(), 1 / static_cast<double>(steps));
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

}  // namespace xtape::apps
