// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/gradcheck.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace xtape {
namespace {

template <class T> using Arrays = std::vector<Array<T>>;
template <class T> using Variables = std::vector<Variable<T>>;

template <class T> Array<T> random_like(const Shape& shape, std::mt19937& generator) {
    std::normal_distribution<double> normal;
    Array<T> a = Array<T>::from_shape(shape);
    for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = T(normal(generator));
    return a;
}

struct Dot {
    double sum = 0, size = 0;  // and the sum of absolute values, which rounding is relative to
};
template <class T> Dot dot(const Array<T>& a, const Array<T>& b) {
    Dot d;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double term = double(a.data()[i]) * double(b.data()[i]);
        d.sum += term, d.size += std::abs(term);
    }
    return d;
}

template <class T> Variables<T> leaves(const Arrays<T>& inputs) {
    Variables<T> xs;
    for (const Array<T>& x : inputs) xs.push_back(variable(x));
    return xs;
}

template <class T> struct Checker {
    const ManyToOne<T>& f;
    const Arrays<T>& inputs;
    Array<T> cotangent;

    Dot along(std::size_t k, const Array<T>& direction, double step) const {
        const Tape tape;
        Arrays<T> moved = inputs;
        for (std::size_t i = 0; i < direction.size(); ++i) moved[k].data()[i] += T(step) * direction.data()[i];
        return dot(f(leaves(moved)).value(), cotangent);
    }
    Dot difference(std::size_t k, const Array<T>& v, double h) const {
        const Dot up = along(k, v, h), down = along(k, v, -h);
        return {(up.sum - down.sum) / (2 * h), (up.size + down.size) / (2 * h)};
    }
    // df/dx_k v under the cotangent and how far off it may be: central differences, extrapolated to a step of 0
    std::pair<double, double> slope(std::size_t k, const Array<T>& v) const {
        constexpr auto eps = double(std::numeric_limits<T>::epsilon());
        const double h = std::pow(eps, 0.2);
        const auto [coarse, large] = difference(k, v, h);
        const auto [fine, larger] = difference(k, v, h / 2);
        return {fine + (fine - coarse) / 3, std::abs(fine - coarse) / 15 + 4 * eps * larger};
    }
    Arrays<T> gradients() const {
        const Tape tape;
        const Variables<T> xs = leaves(inputs);
        const Variable<T> y = f(xs);
        const auto g = backward(y, xs, cotangent);
        Arrays<T> out;
        for (const Variable<T>& x : xs) out.push_back(g[x]);
        return out;
    }
};

template <class T> Shape output_shape(const ManyToOne<T>& f, const Arrays<T>& inputs) {
    const Tape tape;
    return f(leaves(inputs)).shape();
}

template <class T>
GradcheckReport first_order(const ManyToOne<T>& f, const Arrays<T>& inputs, const GradcheckOptions& options) {
    std::mt19937 generator(options.seed);
    const Checker<T> checker{f, inputs, random_like<T>(output_shape(f, inputs), generator)};
    const double tolerance = options.tolerance > 0 ? options.tolerance : sizeof(T) == 8 ? 1e-6 : 2e-2;
    const Arrays<T> gradients = checker.gradients();
    GradcheckReport report;
    for (std::size_t k = 0; k < inputs.size(); ++k)
        for (int i = 0; i < options.directions; ++i) {
            const Array<T> v = random_like<T>(inputs[k].shape(), generator);
            const auto [found, parts] = dot(gradients[k], v);
            const auto [expected, error] = checker.slope(k, v);
            const double gap = std::abs(found - expected) - error;
            const double off = gap <= 0 ? 0 : gap / std::max(parts, std::abs(expected));
            const bool fails = !(off <= tolerance);  // NaN fails
            if (fails && report.passed)
                report.text = "input " + std::to_string(k) + " of shape " + text(inputs[k].shape()) + ": gradient " +
                              std::to_string(found) + ", by differences " + std::to_string(expected) +
                              " (along a random direction, seed " + std::to_string(options.seed) + ")";
            report.passed = report.passed && !fails;
            report.worst =
                fails ? std::max(report.worst, std::isnan(off) ? INFINITY : off) : std::max(report.worst, off);
        }
    return report;
}

}  // namespace

template <class T>
GradcheckReport gradcheck(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const GradcheckOptions& options) {
    GradcheckReport report = first_order(f, inputs, options);
    if (options.order < 2 || !report.passed) return report;
    // The next order is the first order of (x..., g) -> sum_k w_k . vjp_k(x..., g), with random w.
    std::mt19937 generator(options.seed + 1);
    Arrays<T> weights, next = inputs;
    for (const Array<T>& x : inputs) weights.push_back(random_like<T>(x.shape(), generator));
    next.push_back(random_like<T>(output_shape(f, inputs), generator));
    const ManyToOne<T> pullback = [&](const Variables<T>& in) {
        const Variables<T> xs(in.begin(), in.end() - 1);
        const auto g = recorded_backward(f(xs), xs, in.back());
        Variable<T> total;
        for (std::size_t k = 0; k < xs.size(); ++k) total = total + sum(g[xs[k]] * weights[k]);
        return total;
    };
    GradcheckOptions deeper = options;
    --deeper.order;
    GradcheckReport second = gradcheck(pullback, next, deeper);
    if (!second.passed) second.text = "gradient of the gradient: " + second.text;
    second.worst = std::max(second.worst, report.worst);
    return second;
}

template GradcheckReport gradcheck(const ManyToOne<float>&, const std::vector<Array<float>>&, const GradcheckOptions&);
template GradcheckReport gradcheck(const ManyToOne<double>&, const std::vector<Array<double>>&,
                                   const GradcheckOptions&);

}  // namespace xtape
