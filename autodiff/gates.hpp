// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The gates of recurrent cells as one pass over memory; see array_math.hpp. `kept` is what the forward pass leaves for
// its derivatives: the gates as they came out, one below the other for each row of the batch. Where it has room for one
// row, all write over it, and nothing is left.

#include <xtape/autodiff/products.hpp>

namespace xtape {

// z (B, 4H) = [i | f | g | o] before they are squashed, c (B, H) -> c' (B, H); keeps i, f, g
template <class T> struct LstmMemory {
    static constexpr std::size_t keeps = 3;
    const Array<T>&z, &c;
    Array<T>& kept;
    const Shape& shape() const { return c.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
// The gradient by z (B, 4H), 0 for o, from g of c' (B, H)
template <class T> struct LstmMemoryByZ {
    const Array<T>&g, &c, &kept;
    Shape shape() const { return {c.shape()[0], 4 * c.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// z (B, 4H), c' (B, H) -> h (B, H); keeps o, tanh c'
template <class T> struct LstmOutput {
    static constexpr std::size_t keeps = 2;
    const Array<T>&z, &c;
    Array<T>& kept;
    const Shape& shape() const { return c.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
// The gradients by z (B, 4H), 0 but for o, and by c' (B, H), from g of h (B, H)
template <class T> struct LstmOutputByZ {
    const Array<T>&g, &kept;
    Shape shape() const { return {g.shape()[0], 4 * g.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};
template <class T> struct LstmOutputByC {
    const Array<T>&g, &kept;
    const Shape& shape() const { return g.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// x and m (B, 3H) = [r | z | n] from the input and from the state, h (B, H), b (H) -> h' (B, H); keeps r, z, n, m_n + b
template <class T> struct GruGated {
    static constexpr std::size_t keeps = 4;
    const Array<T>&x, &m, &h, &b;
    Array<T>& kept;
    const Shape& shape() const { return h.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
// The gradients by x, or by m, and by b, from g of h'
template <class T> struct GruByParts {
    const Array<T>&g, &h, &kept;
    bool by_m;
    Shape shape() const { return {h.shape()[0], 3 * h.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
template <class T> struct GruByBias {
    const Array<T>&g, &kept;
    Shape shape() const { return {g.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// g (B, H) times the k-th of the gates that were kept: the gradient by the state that this gate lets through
template <class T> struct Gated {
    const Array<T>&g, &kept;
    std::size_t k;
    const Shape& shape() const { return g.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

}  // namespace xtape
