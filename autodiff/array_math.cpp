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

template <class T> void Picked<T>::assign_to(Array<T>& out) const {
    out.resize(shape());
    out.fill(T(0));
    add_to(out);
}
template <class T> void Picked<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    const std::size_t columns = x.shape()[1];
    for (std::size_t i = 0; i < index.size(); ++i) out.data()[i] += x.data()[i * columns + std::size_t(index[i])];
}

template <class T> void Scattered<T>::assign_to(Array<T>& out) const {
    out.resize(shape());
    out.fill(T(0));
    add_to(out);
}
template <class T> void Scattered<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    for (std::size_t i = 0; i < index.size(); ++i) out.data()[i * columns + std::size_t(index[i])] += g.data()[i];
}

template <class T> Array<T> log_softmax(const Array<T>& x, std::size_t axis) {
    Array<T> y = Array<T>::from_shape(x.shape());
    if (x.size() == 0) return y;
    const Axis a = Axis::of(x.shape(), axis);
    for (std::size_t o = 0; o < a.outer; ++o)
        for (std::size_t i = 0; i < a.inner; ++i) {
            const T* from = x.data() + o * a.length * a.inner + i;
            T* to = y.data() + (from - x.data());
            T top = *from, sum = 0;
            for (std::size_t k = 1; k < a.length; ++k) top = std::max(top, from[k * a.inner]);
            for (std::size_t k = 0; k < a.length; ++k) sum += std::exp(from[k * a.inner] - top);
            const T log_sum = std::log(sum);
            for (std::size_t k = 0; k < a.length; ++k) to[k * a.inner] = from[k * a.inner] - top - log_sum;
        }
    return y;
}

template struct Taken<float>;
template struct Spread<float>;
template struct Reshaped<float>;
template struct Transposed<float>;
template struct Picked<float>;
template struct Scattered<float>;
template Array<float> log_softmax(const Array<float>&, std::size_t);
template struct Taken<double>;
template struct Spread<double>;
template struct Reshaped<double>;
template struct Transposed<double>;
template struct Picked<double>;
template struct Scattered<double>;
template Array<double> log_softmax(const Array<double>&, std::size_t);

}  // namespace xtape
