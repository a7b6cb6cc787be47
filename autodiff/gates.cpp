// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/gates.hpp>
#include <xtape/autodiff/vectors.hpp>

namespace xtape {
namespace {

// Rows of n blocks of H numbers each: (row, block) -> where that begins
template <class P> struct Blocks {
    P data;
    std::size_t n, size;
    P operator()(std::size_t row, std::size_t block) const { return data + (row * n + block) * size; }
};
template <class T> Blocks<const T*> blocks(const Array<T>& a, std::size_t n, std::size_t size) {
    return {a.data(), n, size};
}
template <class T> Blocks<T*> blocks(Array<T>& a, std::size_t n, std::size_t size) { return {a.data(), n, size}; }

template <class T> Vector<T> number(double x) { return Vector<T>(T(x)); }

}  // namespace

// i, f, o = sigmoid, g = tanh          c' = f c + i g          u = tanh c'          h = o u
template <class T> void LstmGated<T>::assign_to(Array<T>& out) const {
    const std::size_t B = c.shape()[0], H = c.shape()[1];
    out.resize(shape());
    const auto from = blocks(z, 4, H), state = blocks(c, 1, H);
    const auto to = blocks(out, 1, H), keep = blocks(kept, keeps, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 5, 7>(
            H, {from(b, 0), from(b, 1), from(b, 2), from(b, 3), state(b, 0)},
            {to(b, 0), to(B + b, 0), keep(b, 0), keep(b, 1), keep(b, 2), keep(b, 3), keep(b, 4)}, [](const auto& x) {
                const Vector<T> i = sigmoid_of(x[0]), f = sigmoid_of(x[1]), g = xsimd::tanh(x[2]), o = sigmoid_of(x[3]);
                const Vector<T> next = f * x[4] + i * g, u = xsimd::tanh(next);
                return std::array{o * u, next, i, f, g, o, u};
            });
}

// dc' += dh o (1 - u^2)     di = dc' g i (1 - i)     df = dc' c f (1 - f)     dg = dc' i (1 - g^2)     do = dh u o (1 -
// o)
template <class T> void LstmByZ<T>::assign_to(Array<T>& out) const {
    const std::size_t B = c.shape()[0], H = c.shape()[1];
    out.resize(shape());
    const auto in = blocks(g, 1, H), state = blocks(c, 1, H), gate = blocks(kept, 5, H);
    const auto to = blocks(out, 4, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 8, 4>(
            H, {in(b, 0), in(B + b, 0), state(b, 0), gate(b, 0), gate(b, 1), gate(b, 2), gate(b, 3), gate(b, 4)},
            {to(b, 0), to(b, 1), to(b, 2), to(b, 3)}, [](const auto& x) {
                const auto& [dh, dc, before, i, f, w, o, u] = x;
                const Vector<T> one = number<T>(1), d = dc + dh * o * (one - u * u);
                return std::array{d * w * (i - i * i), d * before * (f - f * f), d * i * (one - w * w),
                                  dh * u * (o - o * o)};
            });
}

// dc = dc' f, with the same dc'
template <class T> void LstmByC<T>::assign_to(Array<T>& out) const {
    const std::size_t B = g.shape()[1], H = g.shape()[2];
    out.resize(shape());
    const auto in = blocks(g, 1, H), gate = blocks(kept, 5, H);
    const auto to = blocks(out, 1, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 5, 1>(H, {in(b, 0), in(B + b, 0), gate(b, 1), gate(b, 3), gate(b, 4)}, {to(b, 0)},
                            [](const auto& x) {
                                const auto& [dh, dc, f, o, u] = x;
                                return std::array{(dc + dh * o * (number<T>(1) - u * u)) * f};
                            });
}

// r, z = sigmoid (x + m)          n = tanh (x + r m)          h' = (1 - z) n + z h
template <class T> void GruGated<T>::assign_to(Array<T>& out) const {
    const std::size_t B = h.shape()[0], H = h.shape()[1];
    out.resize(shape());
    const auto input = blocks(x, 3, H), from = blocks(m, 3, H), state = blocks(h, 1, H);
    const auto to = blocks(out, 1, H), keep = blocks(kept, keeps, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 7, 4>(H, {input(b, 0), input(b, 1), input(b, 2), from(b, 0), from(b, 1), from(b, 2), state(b, 0)},
                            {to(b, 0), keep(b, 0), keep(b, 1), keep(b, 2)}, [](const auto& v) {
                                const Vector<T> r = sigmoid_of(v[0] + v[3]), u = sigmoid_of(v[1] + v[4]);
                                const Vector<T> n = xsimd::tanh(v[2] + r * v[5]);
                                return std::array{n + u * (v[6] - n), r, u, n};
                            });
}

// dn = dh' (1 - z) (1 - n^2)          dz = dh' (h - n) z (1 - z)          dr = dn m r (1 - r)          by m: dn r
template <class T> void GruByParts<T>::assign_to(Array<T>& out) const {
    const std::size_t B = h.shape()[0], H = h.shape()[1];
    out.resize(shape());
    const auto in = blocks(g, 1, H), from = blocks(m, 3, H), state = blocks(h, 1, H), gate = blocks(kept, 3, H);
    const auto to = blocks(out, 3, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 6, 3>(
            H, {in(b, 0), from(b, 2), state(b, 0), gate(b, 0), gate(b, 1), gate(b, 2)}, {to(b, 0), to(b, 1), to(b, 2)},
            [this](const auto& x) {
                const auto& [dh, mn, before, r, u, n] = x;
                const Vector<T> one = number<T>(1), dn = dh * (one - u) * (one - n * n);
                return std::array{dn * mn * (r - r * r), dh * (before - n) * (u - u * u), by_m ? dn * r : dn};
            });
}

// dh = dh' z
template <class T> void GruByH<T>::assign_to(Array<T>& out) const {
    const std::size_t B = g.shape()[0], H = g.shape()[1];
    out.resize(shape());
    const auto in = blocks(g, 1, H), gate = blocks(kept, 3, H);
    const auto to = blocks(out, 1, H);
    for (std::size_t b = 0; b < B; ++b)
        by_vectors<T, 2, 1>(H, {in(b, 0), gate(b, 1)}, {to(b, 0)},
                            [](const auto& x) { return std::array{x[0] * x[1]}; });
}

template struct LstmGated<float>;
template struct LstmByZ<float>;
template struct LstmByC<float>;
template struct GruGated<float>;
template struct GruByParts<float>;
template struct GruByH<float>;
template struct LstmGated<double>;
template struct LstmByZ<double>;
template struct LstmByC<double>;
template struct GruGated<double>;
template struct GruByParts<double>;
template struct GruByH<double>;

}  // namespace xtape
