// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/tape.hpp>

#include <string_view>
#include <vector>

namespace xtape {

// What stands between brackets, and where: an operator cannot have a default argument.
template <class Key> struct Sought {
    Key key;
    Where where;
    template <class K>
    requires std::convertible_to<K, Key> Sought(const K& k, Where w = Where::here()) : key(k), where(w) {}
};

// What backward returns: a gradient for each variable asked for, of its shape. Looked up by variable, parameter or
// name. It outlives the tape. V is Array<T>, or Variable<T> for gradients that were recorded themselves.
template <class T, class V> class GradientsOf {
public:
    struct Item {
        std::uint64_t identity;  // serial of the variable, identity of the parameter
        std::vector<std::string> names;
        std::shared_ptr<V> gradient;  // none: zeros
        Shape shape;
    };
    // of_all: of everything that the result may depend on, so that a parameter that is not there has the gradient 0.
    GradientsOf(std::vector<Item> items, bool of_all) : items_(std::move(items)), of_all_(of_all) {}

    // What the result does not depend on has the gradient 0. Throws for a constant, and for a variable that was not
    // asked for or belongs to another tape. Of a parameter that changed on the tape, the last value's.
    V operator[](Sought<Variable<T>> x) const { return at(x.key, x.where); }
    V operator[](Sought<std::string_view> name) const { return at(name.key, name.where); }
    V at(const Variable<T>& x, Where = Where::here()) const;
    V at(std::string_view name, Where = Where::here()) const;

    // Without a copy; null where the result does not depend on x.
    const V* find(const Variable<T>& x) const;
    const std::vector<Item>& items() const { return items_; }
    // For clipping and sums over shards: this gradient alone, zeros made real.
    V& edit(std::size_t item);

private:
    static V value(const Item& item);
    std::vector<Item> items_;
    bool of_all_;
};
template <class T> using Gradients = GradientsOf<T, Array<T>>;
template <class T> using RecordedGradients = GradientsOf<T, Variable<T>>;

// dy/dx for every leaf and parameter of the tape, or for those asked for, intermediates too. y is one number, or comes
// with a seed g of its shape: then the gradients are those of sum(g y). Float results below 1e-38 count as zero.
template <class T> Gradients<T> backward(const Variable<T>& y, Where = Where::here());
template <class T>
Gradients<T> backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted, Where = Where::here());
template <class T> Gradients<T> backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted,
                                         const Array<std::type_identity_t<T>>& seed, Where = Where::here());

// The same, recorded: for gradients of gradients, such as penalties.
template <class T> RecordedGradients<T> recorded_backward(const Variable<T>& y, Where = Where::here());
template <class T> RecordedGradients<T> recorded_backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted,
                                                          Where = Where::here());
template <class T> RecordedGradients<T> recorded_backward(const Variable<T>& y, const std::vector<Variable<T>>& wanted,
                                                          const Variable<T>& seed, Where = Where::here());

extern template class GradientsOf<float, Array<float>>;
extern template class GradientsOf<double, Array<double>>;
extern template class GradientsOf<float, Variable<float>>;
extern template class GradientsOf<double, Variable<double>>;

}  // namespace xtape
