// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The gates of recurrent cells as one pass over memory; see array_math.hpp. `kept` is what the forward pass leaves for
// its derivatives: the gates as they came out, one below the other for each row of the batch.

#include <xtape/autodiff/products.hpp>

namespace xtape {

// z (B, 4H) = [i | f | g | o] before they are squashed, c (B, H) -> h and c' (2, B, H); keeps i, f, g, o, tanh c'
template <class T> struct LstmGated {
    static constexpr std::size_t keeps = 5;
    const Array<T>&z, &c;
    Array<T>& kept;
    Shape shape() const { return {2, c.shape()[0], c.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
// The gradients by z and by c, from g of h and c' (2, B, H)
template <class T> struct LstmByZ {
    const Array<T>&g, &c, &kept;
    Shape shape() const { return {c.shape()[0], 4 * c.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
template <class T> struct LstmByC {
    const Array<T>&g, &kept;
    Shape shape() const { return {g.shape()[1], g.shape()[2]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};

// x and m (B, 3H) = [r | z | n] from the input and from the state, h (B, H) -> h' (B, H); keeps r, z, n
template <class T> struct GruGated {
    static constexpr std::size_t keeps = 3;
    const Array<T>&x, &m, &h;
    Array<T>& kept;
    const Shape& shape() const { return h.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
// The gradients by x, or by m, and by h, from g of h'
template <class T> struct GruByParts {
    const Array<T>&g, &m, &h, &kept;
    bool by_m;
    const Shape& shape() const { return m.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
template <class T> struct GruByH {
    const Array<T>&g, &kept;
    const Shape& shape() const { return g.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};

}  // namespace xtape
