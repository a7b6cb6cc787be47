// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/compare_parts.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace xtape {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Floating-point numbers in their order as whole numbers, -0 and 0 as one.
template <class T> std::int64_t rank(T x) {
    using Bits = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    const auto bits = std::bit_cast<Bits>(x);
    return bits < 0 ? std::int64_t(std::numeric_limits<Bits>::min()) - bits : std::int64_t(bits);
}
template <class T> double ulps_between(T a, T b) {
    const auto [low, high] = std::minmax({rank(a), rank(b)});
    return double(std::uint64_t(high) - std::uint64_t(low));
}

struct Sums {
    double aa = 0, bb = 0, ab = 0, apart = 0, largest = 0;  // squares and products, and the largest element
};

// Relative to the largest element first, so that no square underflows or overflows.
template <class T> Sums sums_of(const Array<T>& a, const Array<T>& b) {
    Sums s;
    for (std::size_t i = 0; i < a.size(); ++i)
        s.largest = std::max({s.largest, std::abs(double(a.data()[i])), std::abs(double(b.data()[i]))});
    if (s.largest == 0) return s;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = double(a.data()[i]) / s.largest, y = double(b.data()[i]) / s.largest;
        s.aa += x * x, s.bb += y * y, s.ab += x * y, s.apart += (x - y) * (x - y);
    }
    return s;
}

// r of analytic = r * autograd, if that leaves little: |b - r a|^2 <= tolerance |b|^2, which is summed, for the short
// form bb - ab^2 / aa cancels.
template <class T> double factor_of(const Array<T>& a, const Array<T>& b, const Sums& s, double tolerance) {
    if (s.aa == 0 || s.bb == 0) return nan;
    const double r = s.ab / s.aa;
    double left = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double off = double(b.data()[i]) / s.largest - r * (double(a.data()[i]) / s.largest);
        left += off * off;
    }
    return left <= tolerance * s.bb ? r : nan;
}

template <class T> void measure_elements(GradientDifference& d, const Array<T>& a, const Array<T>& b, double limit) {
    d.absolute = d.relative = d.ulps = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = double(a.data()[i]), y = double(b.data()[i]), off = std::abs(x - y);
        d.absolute = std::max(d.absolute, off);
        if (off > 0) d.relative = std::max(d.relative, off / std::max(std::abs(x), std::abs(y)));
        d.ulps = std::max(d.ulps, ulps_between(a.data()[i], b.data()[i]));
        if (off > limit && !d.first) d.first = i, d.autograd = x, d.analytic = y;
    }
}

// The first element that is NaN or infinite in either.
template <class T> std::optional<std::size_t> not_finite(const Array<T>& a, const Array<T>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!std::isfinite(a.data()[i]) || !std::isfinite(b.data()[i])) return i;
    return {};
}

template <class T> bool is_transpose(const Array<T>& a, const Array<T>& b, double limit) {
    if (a.dimension() != 2 || a.shape()[0] != b.shape()[1] || a.shape()[1] != b.shape()[0]) return false;
    for (std::size_t i = 0; i < a.shape()[0]; ++i)
        for (std::size_t j = 0; j < a.shape()[1]; ++j)
            if (!(std::abs(double(a(i, j)) - double(b(j, i))) <= limit)) return false;
    return true;
}

template <class T> double norm(const Array<T>& a) {
    const Sums s = sums_of(a, a);
    return s.largest * std::sqrt(s.aa);
}

GradientDifference incomparable(const std::string& name, const Shape& shape, std::string reason) {
    return {name, shape, nan, nan, nan, nan, nan, nan, {}, 0, 0, false, std::move(reason)};
}

template <class T> GradientDifference difference(const std::string& name, const Array<T>& a, const Array<T>& b,
                                                 double tolerance, double zero) {
    if (a.shape() != b.shape())
        return incomparable(name, a.shape(),
                            "the analytic gradient has shape " + text(b.shape()) + ", the argument " + text(a.shape()) +
                                (is_transpose(a, b, tolerance * norm(a)) ? "; its transpose would be right" : ""));
    if (const auto i = not_finite(a, b)) {
        GradientDifference d = incomparable(name, a.shape(), "");
        d.first = *i, d.autograd = double(a.data()[*i]), d.analytic = double(b.data()[*i]);
        const bool mine = std::isfinite(b.data()[*i]);
        d.reason = std::string(mine ? "autograd's" : "the analytic") + " gradient is not finite at " + d.place();
        return d;
    }
    GradientDifference d = incomparable(name, a.shape(), "");
    const Sums s = sums_of(a, b);
    const double norm_a = s.largest * std::sqrt(s.aa), norm_b = s.largest * std::sqrt(s.bb);
    const double apart = s.largest * std::sqrt(s.apart), size = std::max(norm_a, norm_b);
    d.norm_relative = size == 0 ? 0 : apart / size;
    d.agrees = d.norm_relative <= tolerance || size <= zero;
    d.cosine = s.aa == 0 || s.bb == 0 ? (size == 0 ? 1 : 0) : s.ab / std::sqrt(s.aa * s.bb);
    d.factor = factor_of(a, b, s, tolerance);
    const double many = std::sqrt(double(std::max<std::size_t>(a.size(), 1)));  // one of n elements is that far off
    measure_elements(d, a, b, d.agrees ? INFINITY : tolerance * size / many);
    if (!d.agrees) d.reason = reason_of(d, norm_a, norm_b, is_transpose(a, b, tolerance * size));
    return d;
}

template <class T> const Array<T>* find(const NamedArrays<T>& all, const std::string& name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& item) { return item.name == name; });
    return found == all.end() ? nullptr : &found->array;
}

}  // namespace

std::string GradientDifference::place() const {
    if (!first) return "";
    Shape index = shape;
    std::size_t rest = *first;
    for (std::size_t k = shape.size(); k-- > 0; rest /= shape[k]) index[k] = rest % shape[k];
    return text(index);
}

template <class T> CompareReport compare_named(const NamedArrays<T>& autograd, const NamedArrays<T>& analytic,
                                               const CompareOptions& options) {
    check_names("compare_gradients", "analytic gradients", names_of(autograd), names_of(analytic), false);
    CompareReport report;
    report.tolerance = options.tolerance > 0 ? options.tolerance : default_tolerance<T>;
    double largest = 0;
    for (const auto& [name, a] : autograd)
        if (!not_finite(a, a)) largest = std::max(largest, norm(a));
    const double zero = 4 * double(std::numeric_limits<T>::epsilon()) * largest;
    for (const auto& [name, a] : autograd) {
        const Array<T>* const b = find(analytic, name);
        report.arguments.push_back(b ? difference(name, a, *b, report.tolerance, zero)
                                     : incomparable(name, a.shape(), "there is no analytic gradient of it"));
    }
    give_verdict(report, options.sizes);
    return report;
}

template CompareReport compare_named(const NamedArrays<float>&, const NamedArrays<float>&, const CompareOptions&);
template CompareReport compare_named(const NamedArrays<double>&, const NamedArrays<double>&, const CompareOptions&);

}  // namespace xtape
