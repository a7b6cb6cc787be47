// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/array_math.hpp>

#include <algorithm>
#include <cmath>

namespace xtape {
namespace {

template <class Each> void each_run(const Band& band, Each each) {
    const std::size_t run = band.count * band.axis.inner;
    for (std::size_t o = 0; o < band.axis.outer; ++o)
        each((o * band.axis.length + band.begin) * band.axis.inner, o * run, run);
}

}  // namespace

template <class T> void Taken<T>::assign_to(Array<T>& out) const {
    out.resize(to);
    each_run(band, [&](std::size_t from, std::size_t at, std::size_t n) {
        std::copy_n(x.data() + from, n, out.data() + at);
    });
}
template <class T> void Taken<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), to);
    each_run(band,
             [&](std::size_t from, std::size_t at, std::size_t n) { add_run(x.data() + from, out.data() + at, n); });
}

template <class T> void Spread<T>::assign_to(Array<T>& out) const {
    out.resize(whole);
    out.fill(T(0));
    add_to(out);
}
template <class T> void Spread<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), whole);
    each_run(band,
             [&](std::size_t at, std::size_t from, std::size_t n) { add_run(g.data() + from, out.data() + at, n); });
}

template <class T> void Reshaped<T>::assign_to(Array<T>& out) const {
    out.resize(to);
    std::copy_n(x.data(), x.size(), out.data());
}
template <class T> void Reshaped<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), to);
    add_run(x.data(), out.data(), x.size());
}

template <class T> Shape Transposed<T>::shape() const {
    Shape s(axes.size());
    for (std::size_t i = 0; i < s.size(); ++i) s[i] = x.shape()[axes[i]];
    return s;
}
template <class T> void Transposed<T>::assign_to(Array<T>& out) const {
    out.resize(shape());
    out.fill(T(0));
    add_to(out);
}
template <class T> void Transposed<T>::add_to(Array<T>& out) const {
    const Shape s = shape();
    same_shape(out.shape(), s);
    Shape step(s.size(), 1), at(s.size(), 0);  // of x, in out's order of axes
    for (std::size_t i = 0; i < s.size(); ++i)
        for (std::size_t j = axes[i] + 1; j < s.size(); ++j) step[i] *= x.shape()[j];
    std::size_t from = 0;
    for (std::size_t n = 0; n < out.size(); ++n) {
        out.data()[n] += x.data()[from];
        for (std::size_t i = s.size(); i-- > 0;) {  // the next place, as an odometer counts
            from += step[i];
            if (++at[i] < s[i]) break;
            from -= step[i] * s[i];
            at[i] = 0;
        }
    }
}

template <class T> Array<T> pow(const Array<T>& x, double p) {
    Array<T> y = Array<T>::from_shape(x.shape());
    std::transform(x.data(), x.data() + x.size(), y.data(), [p](T e) { return T(std::pow(double(e), p)); });
    return y;
}

template struct Taken<float>;
template struct Spread<float>;
template struct Reshaped<float>;
template struct Transposed<float>;
template Array<float> pow(const Array<float>&, double);
template struct Taken<double>;
template struct Spread<double>;
template struct Reshaped<double>;
template struct Transposed<double>;
template Array<double> pow(const Array<double>&, double);

}  // namespace xtape
