// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/array_math.hpp>
#include <xtape/autodiff/gates.hpp>
#include <xtape/autodiff/vectors.hpp>

namespace xtape {
namespace {

// Rows of n blocks of H numbers each: (row, block) -> where that begins. If there is one row, every row is that one.
template <class P> struct Blocks {
    P data;
    std::size_t step, size;
    P operator()(std::size_t row, std::size_t block) const { return data + row * step + block * size; }
};
template <class T> std::size_t step(const Array<T>& a, std::size_t n, std::size_t size) {
    return a.shape()[0] == 1 ? 0 : n * size;
}
template <class T> Blocks<const T*> blocks(const Array<T>& a, std::size_t n, std::size_t size) {
    return {a.data(), step(a, n, size), size};
}
template <class T> Blocks<T*> blocks(Array<T>& a, std::size_t n, std::size_t size) {
    return {a.data(), step(a, n, size), size};
}

template <class T> Vector<T> number(double x) { return Vector<T>(T(x)); }

// What is added to is there first.
template <class T, class C> void add_to_zeros(const C& work, Array<T>& out) {
    out.resize(work.shape());
    std::fill_n(out.data(), out.size(), T(0));
    work.add_to(out);
}

}  // namespace

// i, f = sigmoid, g = tanh          c' = f c + i g
template <class T> void LstmMemory<T>::assign_to(Array<T>& out) const {
    const std::size_t B = c.shape()[0], H = c.shape()[1];
    out.resize(shape());
    const auto from = blocks(z, 4, H), state = blocks(c, 1, H);
    const auto to = blocks(out, 1, H), keep = blocks(kept, keeps, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 4, 4>(H, {from(b, 0), from(b, 1), from(b, 2), state(b, 0)},
                            {to(b, 0), keep(b, 0), keep(b, 1), keep(b, 2)}, [](const auto& x) {
                                const Vector<T> i = sigmoid_of(x[0]), f = sigmoid_of(x[1]), g = xsimd::tanh(x[2]);
                                return std::array{f * x[3] + i * g, i, f, g};
                            });
}

// di = dc' g i (1 - i)          df = dc' c f (1 - f)          dg = dc' i (1 - g^2)
template <class T> void LstmMemoryByZ<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    const std::size_t B = c.shape()[0], H = c.shape()[1];
    const auto in = blocks(g, 1, H), state = blocks(c, 1, H), gate = blocks(kept, 3, H);
    const auto to = blocks(out, 4, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 8, 3>(H,
                            {in(b, 0), state(b, 0), gate(b, 0), gate(b, 1), gate(b, 2), to(b, 0), to(b, 1), to(b, 2)},
                            {to(b, 0), to(b, 1), to(b, 2)}, [](const auto& x) {
                                const auto& [d, before, i, f, w, di, df, dw] = x;
                                return std::array{di + d * w * (i - i * i), df + d * before * (f - f * f),
                                                  dw + d * i * (number<T>(1) - w * w)};
                            });
}
template <class T> void LstmMemoryByZ<T>::assign_to(Array<T>& out) const { add_to_zeros(*this, out); }

// o = sigmoid, u = tanh c'          h = o u
template <class T> void LstmOutput<T>::assign_to(Array<T>& out) const {
    const std::size_t B = c.shape()[0], H = c.shape()[1];
    out.resize(shape());
    const auto from = blocks(z, 4, H), state = blocks(c, 1, H);
    const auto to = blocks(out, 1, H), keep = blocks(kept, keeps, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 2, 3>(H, {from(b, 3), state(b, 0)}, {to(b, 0), keep(b, 0), keep(b, 1)}, [](const auto& x) {
            const Vector<T> o = sigmoid_of(x[0]), u = xsimd::tanh(x[1]);
            return std::array{o * u, o, u};
        });
}

// do = dh u o (1 - o)
template <class T> void LstmOutputByZ<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    const std::size_t B = g.shape()[0], H = g.shape()[1];
    const auto in = blocks(g, 1, H), gate = blocks(kept, 2, H);
    const auto to = blocks(out, 4, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 4, 1>(H, {in(b, 0), gate(b, 0), gate(b, 1), to(b, 3)}, {to(b, 3)}, [](const auto& x) {
            const auto& [dh, o, u, before] = x;
            return std::array{before + dh * u * (o - o * o)};
        });
}
template <class T> void LstmOutputByZ<T>::assign_to(Array<T>& out) const { add_to_zeros(*this, out); }

// dc' = dh o (1 - u^2)
template <class T> void LstmOutputByC<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    const std::size_t B = g.shape()[0], H = g.shape()[1];
    const auto in = blocks(g, 1, H), gate = blocks(kept, 2, H);
    const auto to = blocks(out, 1, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 4, 1>(H, {in(b, 0), gate(b, 0), gate(b, 1), to(b, 0)}, {to(b, 0)}, [](const auto& x) {
            const auto& [dh, o, u, before] = x;
            return std::array{before + dh * o * (number<T>(1) - u * u)};
        });
}
template <class T> void LstmOutputByC<T>::assign_to(Array<T>& out) const { add_to_zeros(*this, out); }

// r, z = sigmoid (x + m)          q = m + b          n = tanh (x + r q)          h' = (1 - z) n + z h
template <class T> void GruGated<T>::assign_to(Array<T>& out) const {
    const std::size_t B = h.shape()[0], H = h.shape()[1];
    out.resize(shape());
    const auto input = blocks(x, 3, H), from = blocks(m, 3, H), state = blocks(h, 1, H);
    const auto to = blocks(out, 1, H), keep = blocks(kept, keeps, H);
    for (std::size_t row = 0; row < B; ++row)
        by_vectors<T, 8, 5>(H,
                            {input(row, 0), input(row, 1), input(row, 2), from(row, 0), from(row, 1), from(row, 2),
                             state(row, 0), b.data()},
                            {to(row, 0), keep(row, 0), keep(row, 1), keep(row, 2), keep(row, 3)}, [](const auto& v) {
                                const Vector<T> r = sigmoid_of(v[0] + v[3]), u = sigmoid_of(v[1] + v[4]),
                                                q = v[5] + v[7];
                                const Vector<T> n = xsimd::tanh(v[2] + r * q);
                                return std::array{n + u * (v[6] - n), r, u, n, q};
                            });
}

// dn = dh' (1 - z) (1 - n^2)          dz = dh' (h - n) z (1 - z)          dr = dn q r (1 - r)          by m: dn r
template <class T> void GruByParts<T>::assign_to(Array<T>& out) const {
    const std::size_t B = h.shape()[0], H = h.shape()[1];
    out.resize(shape());
    const auto in = blocks(g, 1, H), state = blocks(h, 1, H), gate = blocks(kept, 4, H);
    const auto to = blocks(out, 3, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 6, 3>(
            H, {in(b, 0), state(b, 0), gate(b, 0), gate(b, 1), gate(b, 2), gate(b, 3)}, {to(b, 0), to(b, 1), to(b, 2)},
            [this](const auto& x) {
                const auto& [dh, before, r, u, n, q] = x;
                const Vector<T> one = number<T>(1), dn = dh * (one - u) * (one - n * n);
                return std::array{dn * q * (r - r * r), dh * (before - n) * (u - u * u), by_m ? dn * r : dn};
            });
}

// db = the sum over the batch of dn r
template <class T> void GruByBias<T>::add_to(Array<T>& out) const {
    const std::size_t B = g.shape()[0], H = g.shape()[1];
    Array<T> parts = Array<T>::from_shape({B, H});
    const auto in = blocks(g, 1, H), gate = blocks(kept, 4, H);
    const auto to = blocks(parts, 1, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 4, 1>(H, {in(b, 0), gate(b, 0), gate(b, 1), gate(b, 2)}, {to(b, 0)}, [](const auto& x) {
            const auto& [dh, r, u, n] = x;
            const Vector<T> one = number<T>(1);
            return std::array{dh * (one - u) * (one - n * n) * r};
        });
    Summed<T>{parts, shape()}.add_to(out);
}
template <class T> void GruByBias<T>::assign_to(Array<T>& out) const { add_to_zeros(*this, out); }

template <class T> void Gated<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    const std::size_t B = g.shape()[0], H = g.shape()[1];
    const auto in = blocks(g, 1, H), gate = blocks(kept, kept.shape()[1], H);
    const auto to = blocks(out, 1, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 3, 1>(H, {in(b, 0), gate(b, k), to(b, 0)}, {to(b, 0)},
                            [](const auto& x) { return std::array{x[2] + x[0] * x[1]}; });
}
template <class T> void Gated<T>::assign_to(Array<T>& out) const { add_to_zeros(*this, out); }

template struct LstmMemory<float>;
template struct LstmMemoryByZ<float>;
template struct LstmOutput<float>;
template struct LstmOutputByZ<float>;
template struct LstmOutputByC<float>;
template struct GruGated<float>;
template struct GruByParts<float>;
template struct GruByBias<float>;
template struct Gated<float>;
template struct LstmMemory<double>;
template struct LstmMemoryByZ<double>;
template struct LstmOutput<double>;
template struct LstmOutputByZ<double>;
template struct LstmOutputByC<double>;
template struct GruGated<double>;
template struct GruByParts<double>;
template struct GruByBias<double>;
template struct Gated<double>;

}  // namespace xtape
