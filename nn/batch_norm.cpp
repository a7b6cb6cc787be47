// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/batch_norm.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::nn {

void Moments::add(const Moments& more) {
    if (more.count == 0) return;
    if (count == 0) {
        *this = more;
        return;
    }
    const auto a = double(count), b = double(more.count);
    for (std::size_t i = 0; i < mean.size(); ++i) {
        const double off = more.mean[i] - mean[i];
        mean[i] += off * b / (a + b);
        squares[i] += more.squares[i] + off * off * a * b / (a + b);
    }
    count += more.count;
}

void Statistics::add(const void* layer, std::size_t row, const Moments& moments) {
    const std::lock_guard lock(mutex_);
    seen_[layer][row].add(moments);
}

Moments Statistics::of(const void* layer) const {
    const std::lock_guard lock(mutex_);
    Moments all;
    if (const auto found = seen_.find(layer); found != seen_.end())
        for (const auto& [row, moments] : found->second) all.add(moments);
    return all;
}

std::size_t Statistics::layers() const {
    const std::lock_guard lock(mutex_);
    return seen_.size();
}

void Statistics::clear() {
    const std::lock_guard lock(mutex_);
    seen_.clear();
}

namespace detail {

void check_statistics(const Statistics& statistics, const std::vector<std::pair<std::string, const void*>>& layers,
                      Where where) {
    std::size_t known = 0;
    for (const auto& [path, layer] : layers) {
        const Moments seen = statistics.of(layer);
        known += seen.count > 0;
        const auto finite = [](const std::vector<double>& all) {
            return std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); });
        };
        check(finite(seen.mean) && finite(seen.squares), where, "update", "statistics must be finite; those of ",
              path.empty() ? "BatchNorm" : path, " are not");
    }
    check(known == statistics.layers(), where, "update", "statistics must be of this model's layers; got those of ",
          statistics.layers() - known, " others; a copy has layers of its own");
}

}  // namespace detail

namespace {

// Of rows (N, F) with this mean and variance, which is divided by N.
template <class T> Moments moments_of(const Array<T>& mean, const Array<T>& variance, std::size_t n) {
    Moments seen{n, {mean.begin(), mean.end()}, {variance.begin(), variance.end()}};
    for (double& s : seen.squares) s *= double(n);
    return seen;
}

}  // namespace

template <class T> BatchNorm<T>::BatchNorm(std::size_t features, const BatchNormOptions& o, Where where)
    : g("g", filled<T>({features}, 1)),
      b("b", zeros<T>({features})),
      mean(zeros<T>({features})),
      variance(filled<T>({features}, 1)),
      options(o) {
    check_epsilon(o.epsilon, "BatchNorm", where);
    check(o.momentum >= 0 && o.momentum <= 1, where, "BatchNorm", "the momentum must be in [0, 1]; got ", o.momentum);
}

template <class T> Variable<T> BatchNorm<T>::operator()(const Variable<T>& x, Where where) const {
    using V = Variable<T>;
    const Frame frame("BatchNorm");
    const Shape& s = x.value().shape();
    check_features(s, mean.size(), "BatchNorm", where);
    const T epsilon = T(options.epsilon);
    // off / sqrt(v + epsilon) g + b
    const auto scaled = [&](const V& off, const V& v) {
        const V z = divide(off, sqrt(add(v, V(epsilon), where), where), where);
        return add(multiply(z, g, where), b, where);
    };
    if (!training()) return scaled(subtract(x, mean, where), variance);
    check(mode_state.statistics, where, "BatchNorm",
          "a training needs a place for statistics; got none; try Training({.statistics = &statistics}) and update");
    std::size_t n = 1;
    for (std::size_t i = 0; i + 1 < s.size(); ++i) n *= s[i];
    const V rows = reshape(x, {n, mean.size()}, where), m = xtape::mean(rows, 0, true, where),
            off = subtract(rows, m, where), v = xtape::mean(square(off, where), 0, true, where);
    if (n > 0 && !mode_state.again)
        mode_state.statistics->add(this, mode_state.row, moments_of(m.value(), v.value(), n));
    return reshape(scaled(off, v), s, where);
}

template <class T> void BatchNorm<T>::update(const Moments& seen) {
    const auto n = double(seen.count);
    for (std::size_t i = 0; i < seen.mean.size(); ++i) {
        mean(i) += T(options.momentum * (seen.mean[i] - double(mean(i))));
        if (seen.count > 1) variance(i) += T(options.momentum * (seen.squares[i] / (n - 1) - double(variance(i))));
    }
}

template struct BatchNorm<float>;
template struct BatchNorm<double>;

}  // namespace xtape::nn
