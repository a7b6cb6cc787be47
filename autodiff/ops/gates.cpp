// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/gates.hpp>
#include <xtape/autodiff/rule.hpp>

namespace xtape {
namespace {

// Each gradient exists twice: on arrays one pass over memory, from what the forward pass kept; on variables the same
// formula in ordinary operations, so that it can be differentiated again.

template <class T> Variable<T> block(const Variable<T>& x, std::size_t k, std::size_t size) {
    return slice(x, 1, std::ptrdiff_t(k * size), std::ptrdiff_t((k + 1) * size));
}
template <class T> Variable<T> slope_of_sigmoid(const Variable<T>& y) { return y - y * y; }
template <class T> Variable<T> slope_of_tanh(const Variable<T>& y) { return 1 - y * y; }

template <class T>
LstmByZ<T> lstm_by_z(const Array<T>& g, const Array<T>&, const Array<T>&, const Array<T>& c, const Array<T>& kept) {
    return {g, c, kept};
}
template <class T> LstmByC<T> lstm_by_c(const Array<T>& g, const Array<T>&, const Array<T>&, const Array<T>& kept) {
    return {g, kept};
}
// The gradient that reaches c', of c' itself and through h
template <class T> Variable<T> by_next(const Variable<T>& g, const Variable<T>& u, const Variable<T>& o) {
    return select(g, 0, 1) + select(g, 0, 0) * o * slope_of_tanh(u);
}
template <class T> Variable<T> lstm_by_z(const Variable<T>& g, const Variable<T>& y, const Variable<T>& z,
                                         const Variable<T>& c, const Array<T>&) {
    const std::size_t H = c.value().shape()[1];
    const Variable<T> i = sigmoid(block(z, 0, H)), f = sigmoid(block(z, 1, H)), w = tanh(block(z, 2, H)),
                      o = sigmoid(block(z, 3, H)), u = tanh(select(y, 0, 1)), d = by_next(g, u, o);
    return concatenate({d * w * slope_of_sigmoid(i), d * c * slope_of_sigmoid(f), d * i * slope_of_tanh(w),
                        select(g, 0, 0) * u * slope_of_sigmoid(o)},
                       1);
}
template <class T>
Variable<T> lstm_by_c(const Variable<T>& g, const Variable<T>& y, const Variable<T>& z, const Array<T>&) {
    const std::size_t H = z.value().shape()[1] / 4;
    const Variable<T> u = tanh(select(y, 0, 1)), o = sigmoid(block(z, 3, H));
    return by_next(g, u, o) * sigmoid(block(z, 1, H));
}

// c' = f c + i g            h = o tanh c'           (gates.cpp has the gradients)
template <class T> struct LstmGates {
    static constexpr unsigned reads[] = {in0 | in1 | output, in0 | output};
    std::shared_ptr<Array<T>> kept;
    LstmGated<T> forward(const Array<T>& z, const Array<T>& c) const { return {z, c, *kept}; }
    auto vjp(wrt<0>, auto& g, auto& y, auto& z, auto& c) const { return lstm_by_z(g, y, z, c, *kept); }
    auto vjp(wrt<1>, auto& g, auto& y, auto& z, auto&) const { return lstm_by_c(g, y, z, *kept); }
};

template <class V> struct GruOperands { const V &x, &m, &h; };
template <class T>
GruByParts<T> gru_by_parts(const Array<T>& g, const GruOperands<Array<T>>& in, const Array<T>& kept, bool by_m) {
    return {g, in.m, in.h, kept, by_m};
}
template <class T> GruByH<T> gru_by_h(const Array<T>& g, const Array<T>&, const Array<T>&, const Array<T>& kept) {
    return {g, kept};
}
template <class T>
Variable<T> gru_by_parts(const Variable<T>& g, const GruOperands<Variable<T>>& in, const Array<T>&, bool by_m) {
    const std::size_t H = in.h.value().shape()[1];
    const Variable<T> r = sigmoid(block(in.x, 0, H) + block(in.m, 0, H)),
                      z = sigmoid(block(in.x, 1, H) + block(in.m, 1, H)), mn = block(in.m, 2, H),
                      n = tanh(block(in.x, 2, H) + r * mn), dn = g * (1 - z) * slope_of_tanh(n);
    return concatenate({dn * mn * slope_of_sigmoid(r), g * (in.h - n) * slope_of_sigmoid(z), by_m ? dn * r : dn}, 1);
}
template <class T>
Variable<T> gru_by_h(const Variable<T>& g, const Variable<T>& x, const Variable<T>& m, const Array<T>&) {
    const std::size_t H = g.value().shape()[1];
    return g * sigmoid(block(x, 1, H) + block(m, 1, H));
}

// h' = (1 - z) n + z h      (gates.cpp has the gradients)
template <class T> struct GruGates {
    static constexpr unsigned reads[] = {in0 | in1 | in2, in0 | in1 | in2, in0 | in1};
    std::shared_ptr<Array<T>> kept;
    GruGated<T> forward(const Array<T>& x, const Array<T>& m, const Array<T>& h) const { return {x, m, h, *kept}; }
    template <class V> auto vjp(wrt<0>, const V& g, auto&, const V& x, const V& m, const V& h) const {
        return gru_by_parts(g, GruOperands<V>{x, m, h}, *kept, false);
    }
    template <class V> auto vjp(wrt<1>, const V& g, auto&, const V& x, const V& m, const V& h) const {
        return gru_by_parts(g, GruOperands<V>{x, m, h}, *kept, true);
    }
    auto vjp(wrt<2>, auto& g, auto&, auto& x, auto& m, auto&) const { return gru_by_h(g, x, m, *kept); }
};

// Room for `count` gates of each row
template <class T> std::shared_ptr<Array<T>> room(const Variable<T>& state, std::size_t count) {
    const Shape& s = state.value().shape();
    return Variable<T>::hold(Shape{s[0], count, s[1]});
}

}  // namespace

template <class T> Variable<T> lstm_gates(const Variable<T>& z, const Variable<T>& c, Where where) {
    const Shape &s = z.value().shape(), &t = c.value().shape();
    check(s.size() == 2 && t.size() == 2 && s[0] == t[0] && s[1] == 4 * t[1], where, "lstm_gates",
          "shapes must be z (B, 4H), c (B, H); got ", s, ", ", t);
    return record<T>(where, LstmGates<T>{room(c, LstmGated<T>::keeps)}, z, c);
}

template <class T>
Variable<T> gru_gates(const Variable<T>& x, const Variable<T>& m, const Variable<T>& h, Where where) {
    const Shape &s = x.value().shape(), &u = m.value().shape(), &t = h.value().shape();
    check(s.size() == 2 && t.size() == 2 && s == u && s[0] == t[0] && s[1] == 3 * t[1], where, "gru_gates",
          "shapes must be x (B, 3H), m (B, 3H), h (B, H); got ", s, ", ", u, ", ", t);
    return record<T>(where, GruGates<T>{room(h, GruGated<T>::keeps)}, x, m, h);
}

template Variable<float> lstm_gates(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> lstm_gates(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> gru_gates(const Variable<float>&, const Variable<float>&, const Variable<float>&, Where);
template Variable<double> gru_gates(const Variable<double>&, const Variable<double>&, const Variable<double>&, Where);

}  // namespace xtape
