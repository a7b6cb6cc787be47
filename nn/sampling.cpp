// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/sampling.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace xtape::nn {
namespace {

// One row: from ln p (V) to what a token is drawn with.
void restrict_to_best(const double* log_p, std::size_t size, const Sampling& s, double* p) {
    Indices best(size);
    std::iota(best.begin(), best.end(), std::int64_t(0));
    std::stable_sort(best.begin(), best.end(), [&](std::int64_t i, std::int64_t j) { return log_p[i] > log_p[j]; });
    best.resize(s.temperature == 0 ? 1 : std::min(size, s.top_k));
    double total = 0, kept = 0;
    for (const std::int64_t i : best) {
        p[i] = s.temperature == 0 ? 1 : std::exp((log_p[i] - log_p[best[0]]) / s.temperature);
        total += p[i];
    }
    std::size_t n = 0;
    while (n < best.size() && (s.top_p == 1 || kept < s.top_p * total)) kept += p[best[n++]];
    for (std::size_t i = 0; i < best.size(); ++i) p[best[i]] = i < n ? p[best[i]] / kept : 0;
}

Array<double> restricted(const Array<double>& log_p, const Sampling& sampling) {
    Array<double> p = zeros<double>(log_p.shape());
    const std::size_t size = p.shape()[1];
    for (std::size_t i = 0; i < p.shape()[0]; ++i)
        restrict_to_best(log_p.data() + i * size, size, sampling, p.data() + i * size);
    return p;
}

}  // namespace

void detail::check_sampling(const Sampling& s, const char* op, Where where) {
    check(s.temperature >= 0 && std::isfinite(s.temperature), where, op,
          "the temperature must be 0, which is greedy, or more; got ", s.temperature);
    check(s.top_k > 0, where, op, "top_k must be 1 or more; got 0; try Sampling::all");
    check(s.top_p > 0 && s.top_p <= 1, where, op, "top_p must be in (0, 1]; got ", s.top_p);
}

template <class T>
Array<double> detail::log_probabilities(const Array<T>& scores, std::size_t rows, const char* op, Where where) {
    const Shape& s = scores.shape();
    check(s.size() == 2 && s[0] == rows && s[1] > 0, where, op, "scores must be (", rows,
          ", V), a row for each token; got ", s);
    const Array<double> log_p = log_softmax(Variable<double>(scores), 1, where).value();
    for (std::size_t i = 0; i < log_p.size(); ++i)
        check(!std::isnan(log_p.data()[i]), where, op,
              "scores must give probabilities; got NaN, infinity or no token at all in row ", i / s[1]);
    return log_p;
}

Indices detail::draw(const Array<double>& log_p, const Sampling& sampling, const std::vector<double>& numbers) {
    const Array<double> p = restricted(log_p, sampling);
    Indices drawn;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        double left = numbers[i];
        std::int64_t token = -1;
        for (std::size_t j = 0; j < p.shape()[1] && left >= 0; ++j)
            if (p(i, j) > 0) left -= p(i, j), token = std::int64_t(j);  // the last one, should rounding leave some
        drawn.push_back(token);
    }
    return drawn;
}

template <class T> Array<double> probabilities(const Array<T>& scores, const Sampling& sampling, Where where) {
    detail::check_sampling(sampling, "probabilities", where);
    const std::size_t rows = scores.dimension() > 0 ? scores.shape()[0] : 0;
    const NoGrad no_grad;
    return restricted(detail::log_probabilities(scores, rows, "probabilities", where), sampling);
}

template Array<double> detail::log_probabilities(const Array<float>&, std::size_t, const char*, Where);
template Array<double> detail::log_probabilities(const Array<double>&, std::size_t, const char*, Where);
template Array<double> probabilities(const Array<float>&, const Sampling&, Where);
template Array<double> probabilities(const Array<double>&, const Sampling&, Where);

}  // namespace xtape::nn
