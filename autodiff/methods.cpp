// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/methods.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xtape {
namespace {

template <class T> using Arrays = std::vector<Array<T>>;
template <class T> using Variables = std::vector<Variable<T>>;

template <class T> Variable<T> one_number(const ManyToOne<T>& f, const Variables<T>& xs) {
    Variable<T> y = f(xs);
    check(y.value().size() == 1, {}, "compare_gradients", "f must give one number; got shape ", y.shape(),
          "; try sum(...)");
    return y;
}

template <class T> Variables<T> leaves(const Arrays<T>& inputs) {
    Variables<T> xs;
    for (const Array<T>& x : inputs) xs.push_back(variable(x));
    return xs;
}

template <class T> NamedArrays<T> no_gradients(const Arrays<T>& inputs, const Names& names) {
    const Names all = argument_names(inputs.size(), names);
    NamedArrays<T> out;
    for (std::size_t k = 0; k < inputs.size(); ++k) out.push_back({all[k], zeros<T>(inputs[k].shape())});
    return out;
}

struct Slope {
    double value, error;
};

// df/dx by differences of step h, h / 1.4, h / 2, ..., each freed of its h^2, h^4, ... by those before. The error is
// that of two neighbours, which may happen to agree, and what rounding does to a difference and what is made of it.
template <class Value> Slope ridders(const Value& f, double h, double epsilon) {
    constexpr std::size_t rows = 8;
    constexpr double shrink = 1.4;
    double table[rows][rows], rounding[rows][rows];
    Slope best{0, INFINITY};
    for (std::size_t i = 0; i < rows; ++i, h /= shrink) {
        const double up = f(h), down = f(-h);
        table[i][0] = (up - down) / (2 * h);
        rounding[i][0] = epsilon * std::max(std::abs(up), std::abs(down)) / h;
        double factor = shrink * shrink;
        for (std::size_t k = 1; k <= i; ++k, factor *= shrink * shrink) {
            table[i][k] = (table[i][k - 1] * factor - table[i - 1][k - 1]) / (factor - 1);
            rounding[i][k] = (rounding[i][k - 1] * factor + rounding[i - 1][k - 1]) / (factor - 1);
            const double off =
                std::max(std::abs(table[i][k] - table[i][k - 1]), std::abs(table[i][k] - table[i - 1][k - 1]));
            if (off + rounding[i][k] < best.error) best = {table[i][k], off + rounding[i][k]};
        }
        if (!std::isfinite(table[i][0])) return {table[i][0], INFINITY};
    }
    return best;
}

}  // namespace

Names argument_names(std::size_t count, const Names& names) {
    check(names.empty() || names.size() == count, {}, "compare_gradients", "names must be one for each of ", count,
          " arguments; got ", names.size());
    if (!names.empty() || count == 1) return names.empty() ? Names{"x"} : names;
    Names all;
    for (std::size_t k = 0; k < count; ++k) all.push_back("x" + std::to_string(k));
    return all;
}

void check_names(std::string_view op, const std::string& what, const Names& arguments, const Names& given, bool all) {
    const auto joined = [](const Names& names) {
        std::string text;
        for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
        return text.empty() ? "nothing" : text;
    };
    Names known = arguments, each = given;
    std::sort(known.begin(), known.end()), std::sort(each.begin(), each.end());
    const bool once = std::adjacent_find(each.begin(), each.end()) == each.end() &&
                      std::includes(known.begin(), known.end(), each.begin(), each.end());
    if (!once || (all && given.size() != arguments.size()))
        fail({}, op,
             what + " must be of " + joined(arguments) + ", each once; got " + joined(given) +
                 "; try the arguments' names");
}

template <class T> NamedArrays<T> reverse_mode(const ManyToOne<T>& f, const Arrays<T>& inputs, const Names& names) {
    NamedArrays<T> out = no_gradients(inputs, names);
    const Tape tape;
    const Variables<T> xs = leaves(inputs);
    const Variable<T> y = one_number(f, xs);
    if (!y.tracked()) return out;  // it depends on none of them
    const Gradients<T> g = backward(y, xs);
    for (std::size_t k = 0; k < xs.size(); ++k) out[k].array = g[xs[k]];
    return out;
}

template <class T> NamedArrays<T> forward_mode(const ManyToOne<T>& f, const Arrays<T>& inputs, const Names& names) {
    NamedArrays<T> out = no_gradients(inputs, names);
    const Tape tape;
    const Variables<T> xs = leaves(inputs);
    const Variable<T> y = one_number(f, xs), g = variable(filled(y.shape(), T(1)));
    if (!y.tracked()) return out;
    const RecordedGradients<T> pulled = recorded_backward(y, xs, g);  // g' df/dx, which is linear in g
    for (std::size_t k = 0; k < xs.size(); ++k) {
        const Variable<T> dx = pulled[xs[k]];
        if (!dx.tracked()) continue;
        Array<T> direction = zeros<T>(xs[k].shape());
        for (std::size_t i = 0; i < direction.size(); ++i) {
            direction.data()[i] = 1;
            out[k].array.data()[i] = *backward(dx, {g}, direction)[g].data();
            direction.data()[i] = 0;
        }
    }
    return out;
}

template <class T> Differences<T> differences(const ManyToOne<T>& f, const Arrays<T>& inputs, const Names& names) {
    constexpr auto epsilon = double(std::numeric_limits<T>::epsilon());
    Differences<T> out{no_gradients(inputs, names), no_gradients(inputs, names)};
    Arrays<T> moved = inputs;
    for (std::size_t k = 0; k < inputs.size(); ++k)
        for (std::size_t i = 0; i < inputs[k].size(); ++i) {
            const T x = inputs[k].data()[i];
            const auto value = [&](double step) {
                const NoGrad off;
                moved[k].data()[i] = T(double(x) + step);
                return double(*one_number(f, Variables<T>(moved.begin(), moved.end())).value().data());
            };
            const double h = std::pow(epsilon, 0.2) * std::max(1.0, std::abs(double(x))) * 8;
            const Slope slope = ridders(value, h, epsilon);
            moved[k].data()[i] = x;
            out.gradient[k].array.data()[i] = T(slope.value), out.error[k].array.data()[i] = T(slope.error);
        }
    return out;
}

template NamedArrays<float> reverse_mode(const ManyToOne<float>&, const Arrays<float>&, const Names&);
template NamedArrays<double> reverse_mode(const ManyToOne<double>&, const Arrays<double>&, const Names&);
template NamedArrays<float> forward_mode(const ManyToOne<float>&, const Arrays<float>&, const Names&);
template NamedArrays<double> forward_mode(const ManyToOne<double>&, const Arrays<double>&, const Names&);
template Differences<float> differences(const ManyToOne<float>&, const Arrays<float>&, const Names&);
template Differences<double> differences(const ManyToOne<double>&, const Arrays<double>&, const Names&);

}  // namespace xtape
