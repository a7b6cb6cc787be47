// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/gates.hpp>
#include <xtape/autodiff/rule.hpp>

#include <algorithm>

namespace xtape {
namespace {

// Each gradient exists twice: on arrays one pass over memory, from what the forward pass kept; on variables the same
// formula in ordinary operations, so that it can be differentiated again.

template <class T> Variable<T> block(const Variable<T>& x, std::size_t k, std::size_t size) {
    return slice(x, 1, std::ptrdiff_t(k * size), std::ptrdiff_t((k + 1) * size));
}
template <class T> Variable<T> slope_of_sigmoid(const Variable<T>& y) { return y - y * y; }
template <class T> Variable<T> slope_of_tanh(const Variable<T>& y) { return 1 - y * y; }

template <class T> Variable<T> sigmoid_block(const Variable<T>& x, std::size_t k, std::size_t size) {
    return sigmoid(block(x, k, size));
}

template <class T>
LstmMemoryByZ<T> memory_by_z(const Array<T>& g, const Array<T>&, const Array<T>& c, const Array<T>& kept) {
    return {g, c, kept};
}
template <class T>
Variable<T> memory_by_z(const Variable<T>& d, const Variable<T>& z, const Variable<T>& c, const Array<T>&) {
    const std::size_t H = c.value().shape()[1];
    const Variable<T> i = sigmoid_block(z, 0, H), f = sigmoid_block(z, 1, H), w = tanh(block(z, 2, H));
    return concatenate<T>({d * w * slope_of_sigmoid(i), d * c * slope_of_sigmoid(f), d * i * slope_of_tanh(w),
                           zeros<T>(c.value().shape())},
                          1);
}
template <class T> Gated<T> memory_by_c(const Array<T>& g, const Array<T>&, const Array<T>& kept) {
    return {g, kept, 1};
}
template <class T> Variable<T> memory_by_c(const Variable<T>& d, const Variable<T>& z, const Array<T>&) {
    return d * sigmoid_block(z, 1, d.value().shape()[1]);
}

// c' = f c + i g                    (gates.cpp has the gradients)
template <class T> struct LstmRemembers {
    static constexpr unsigned reads[] = {in0 | in1, in0};
    std::shared_ptr<Array<T>> kept;
    LstmMemory<T> forward(const Array<T>& z, const Array<T>& c) const { return {z, c, *kept}; }
    auto vjp(wrt<0>, auto& g, auto&, auto& z, auto& c) const { return memory_by_z(g, z, c, *kept); }
    auto vjp(wrt<1>, auto& g, auto&, auto& z, auto&) const { return memory_by_c(g, z, *kept); }
};

template <class T>
LstmOutputByZ<T> output_by_z(const Array<T>& g, const Array<T>&, const Array<T>&, const Array<T>& kept) {
    return {g, kept};
}
template <class T>
Variable<T> output_by_z(const Variable<T>& g, const Variable<T>& z, const Variable<T>& c, const Array<T>&) {
    const std::size_t B = c.value().shape()[0], H = c.value().shape()[1];
    return concatenate<T>({zeros<T>({B, 3 * H}), g * tanh(c) * slope_of_sigmoid(sigmoid_block(z, 3, H))}, 1);
}
template <class T>
LstmOutputByC<T> output_by_c(const Array<T>& g, const Array<T>&, const Array<T>&, const Array<T>& kept) {
    return {g, kept};
}
template <class T>
Variable<T> output_by_c(const Variable<T>& g, const Variable<T>& z, const Variable<T>& c, const Array<T>&) {
    return g * sigmoid_block(z, 3, c.value().shape()[1]) * slope_of_tanh(tanh(c));
}

// h = o tanh c'                     (gates.cpp has the gradients)
template <class T> struct LstmShows {
    static constexpr unsigned reads[] = {in0 | in1, in0 | in1};
    std::shared_ptr<Array<T>> kept;
    LstmOutput<T> forward(const Array<T>& z, const Array<T>& c) const { return {z, c, *kept}; }
    auto vjp(wrt<0>, auto& g, auto&, auto& z, auto& c) const { return output_by_z(g, z, c, *kept); }
    auto vjp(wrt<1>, auto& g, auto&, auto& z, auto& c) const { return output_by_c(g, z, c, *kept); }
};

template <class V> struct GruOperands { const V &x, &m, &h, &b; };
template <class T> struct GruParts { Variable<T> r, z, q, n, dn; };  // of the equations in gates.cpp
template <class T> GruParts<T> gru_parts(const Variable<T>& g, const GruOperands<Variable<T>>& in) {
    const std::size_t H = in.h.value().shape()[1];
    const Variable<T> r = sigmoid(block(in.x, 0, H) + block(in.m, 0, H)),
                      z = sigmoid(block(in.x, 1, H) + block(in.m, 1, H)), q = block(in.m, 2, H) + in.b,
                      n = tanh(block(in.x, 2, H) + r * q);
    return {r, z, q, n, g * (1 - z) * slope_of_tanh(n)};
}
template <class T>
GruByParts<T> gru_by_parts(const Array<T>& g, const GruOperands<Array<T>>& in, const Array<T>& kept, bool by_m) {
    return {g, in.h, kept, by_m};
}
template <class T>
Variable<T> gru_by_parts(const Variable<T>& g, const GruOperands<Variable<T>>& in, const Array<T>&, bool by_m) {
    const auto& [r, z, q, n, dn] = gru_parts(g, in);
    return concatenate({dn * q * slope_of_sigmoid(r), g * (in.h - n) * slope_of_sigmoid(z), by_m ? dn * r : dn}, 1);
}
template <class T> Gated<T> gru_by_h(const Array<T>& g, const Array<T>&, const Array<T>&, const Array<T>& kept) {
    return {g, kept, 1};
}
template <class T>
Variable<T> gru_by_h(const Variable<T>& g, const Variable<T>& x, const Variable<T>& m, const Array<T>&) {
    const std::size_t H = g.value().shape()[1];
    return g * sigmoid(block(x, 1, H) + block(m, 1, H));
}
template <class T> GruByBias<T> gru_by_bias(const Array<T>& g, const GruOperands<Array<T>>&, const Array<T>& kept) {
    return {g, kept};
}
template <class T> Variable<T> gru_by_bias(const Variable<T>& g, const GruOperands<Variable<T>>& in, const Array<T>&) {
    const GruParts<T> parts = gru_parts(g, in);
    return sum(parts.dn * parts.r, 0);
}

// h' = (1 - z) n + z h              (gates.cpp has the gradients)
template <class T> struct GruGates {
    static constexpr unsigned all = in0 | in1 | in2 | in3;
    static constexpr unsigned reads[] = {all, all, in0 | in1, all};
    std::shared_ptr<Array<T>> kept;
    GruGated<T> forward(const Array<T>& x, const Array<T>& m, const Array<T>& h, const Array<T>& b) const {
        return {x, m, h, b, *kept};
    }
    template <class V> auto vjp(wrt<0>, const V& g, auto&, const V& x, const V& m, const V& h, const V& b) const {
        return gru_by_parts(g, GruOperands<V>{x, m, h, b}, *kept, false);
    }
    template <class V> auto vjp(wrt<1>, const V& g, auto&, const V& x, const V& m, const V& h, const V& b) const {
        return gru_by_parts(g, GruOperands<V>{x, m, h, b}, *kept, true);
    }
    auto vjp(wrt<2>, auto& g, auto&, auto& x, auto& m, auto&, auto&) const { return gru_by_h(g, x, m, *kept); }
    template <class V> auto vjp(wrt<3>, const V& g, auto&, const V& x, const V& m, const V& h, const V& b) const {
        return gru_by_bias(g, GruOperands<V>{x, m, h, b}, *kept);
    }
};

// Room for `count` gates of each row of the state; of one row, which all write over, where no derivative will read them
template <class T, class... X>
std::shared_ptr<Array<T>> room(std::size_t count, const Variable<T>& state, const X&... others) {
    const bool recorded = recording() && (state.tracked() || ... || others.tracked());
    const Shape& s = state.value().shape();
    return Variable<T>::hold(Shape{recorded ? s[0] : std::min<std::size_t>(s[0], 1), count, s[1]});
}

template <class T> void check_gates(const Variable<T>& z, const Variable<T>& c, Where where, const char* op) {
    const Shape &s = z.value().shape(), &t = c.value().shape();
    check(s.size() == 2 && t.size() == 2 && s[0] == t[0] && s[1] == 4 * t[1], where, op,
          "shapes must be z (B, 4H), c (B, H); got ", s, ", ", t);
}

}  // namespace

template <class T> Variable<T> lstm_memory(const Variable<T>& z, const Variable<T>& c, Where where) {
    check_gates(z, c, where, "lstm_memory");
    return record<T>(where, LstmRemembers<T>{room(LstmMemory<T>::keeps, c, z)}, z, c);
}
template <class T> Variable<T> lstm_output(const Variable<T>& z, const Variable<T>& c, Where where) {
    check_gates(z, c, where, "lstm_output");
    return record<T>(where, LstmShows<T>{room(LstmOutput<T>::keeps, c, z)}, z, c);
}

template <class T> Variable<T> gru_gates(const Variable<T>& x, const Variable<T>& m, const Variable<T>& h,
                                         const Variable<T>& b, Where where) {
    const Shape &s = x.value().shape(), &u = m.value().shape(), &t = h.value().shape(), &v = b.value().shape();
    check(s.size() == 2 && t.size() == 2 && s == u && s[0] == t[0] && s[1] == 3 * t[1] && v == Shape{t[1]}, where,
          "gru_gates", "shapes must be x (B, 3H), m (B, 3H), h (B, H), b (H); got ", s, ", ", u, ", ", t, ", ", v);
    return record<T>(where, GruGates<T>{room(GruGated<T>::keeps, h, x, m, b)}, x, m, h, b);
}

template Variable<float> lstm_memory(const Variable<float>&, const Variable<float>&, Where);
template Variable<float> lstm_output(const Variable<float>&, const Variable<float>&, Where);
template Variable<float> gru_gates(const Variable<float>&, const Variable<float>&, const Variable<float>&,
                                   const Variable<float>&, Where);
template Variable<double> lstm_memory(const Variable<double>&, const Variable<double>&, Where);
template Variable<double> lstm_output(const Variable<double>&, const Variable<double>&, Where);
template Variable<double> gru_gates(const Variable<double>&, const Variable<double>&, const Variable<double>&,
                                    const Variable<double>&, Where);

}  // namespace xtape
