// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// For people who write operations: docs/adding_an_op.md. Users of operations need ops.hpp only.
//
// A rule is one derivative: a struct with `forward`, one `vjp` per input, and what each vjp reads besides the incoming
// gradient g. Bodies are written once: on arrays they are xtensor expressions or work done in place, on variables they
// record themselves, so every operation can be differentiated again. A body is one expression, or has locals of written
// type, never `auto`: xtensor expressions hold references.

#include <xtape/autodiff/adjoints.hpp>
#include <xtape/autodiff/ops.hpp>

#include <array>

namespace xtape {

template <int K> using wrt = std::integral_constant<int, K>;

// What a vjp reads: inputs by number, the output. The tape keeps just that, and only for inputs that are recorded;
// reading anything else does not compile.
enum Reads : unsigned { nothing = 0, in0 = 1, in1 = 2, in2 = 4, in3 = 8, in4 = 16, output = 128 };
struct Dropped {};
inline constexpr Dropped dropped;

template <class V> using scalar = typename std::remove_cvref_t<V>::value_type;
template <class T> inline constexpr T zero = T(0);
template <class T> inline constexpr T one = T(1);

// The array behind what a rule's body is given: masks and indices come from it.
template <class T> const Array<T>& plain(const Array<T>& a) { return a; }
template <class T> const Array<T>& plain(const Variable<T>& v) { return v.value(); }

// On variables what array_math.hpp has for arrays, where the name or the arguments differ from the operation's.
template <class M, class T> Variable<T> choose(const M& mask, const Variable<T>& g, std::type_identity_t<T> z) {
    return where(Array<T>(mask), g, Variable<T>(z));
}
template <class M, class T> Variable<T> choose(const M& mask, std::type_identity_t<T> z, const Variable<T>& g) {
    return where(Array<T>(mask), Variable<T>(z), g);
}
template <class M, class T> Variable<T> choose(const M& mask, const Variable<T>& g, const Variable<T>& z) {
    return where(Array<T>(mask), g, z);
}
// d, or `instead` where nothing flows (g = 0) and d is 0, infinite or NaN: what a `where` did not choose stays 0,
// though its derivative is infinite. In a divisor 1 is put for it, in a factor 0. (xsimd's NaN != 0 is false: !equal.)
template <class V> auto calm(const V& g, const V& d, scalar<V> instead) {
    const auto &a = plain(g), &b = plain(d);
    using T = scalar<V>;
    return choose(xt::equal(a, T(0)) && (xt::equal(b, T(0)) || !xt::equal(b - b, T(0))), instead, d);
}
template <class T> Variable<T> keep_sum(const Variable<T>& x, std::size_t axis) {
    return sum(x, std::ptrdiff_t(axis), true);
}
template <class T> SpreadOf<T> spread(const Variable<T>& g, const Band& band, const Shape& whole) {
    return {g, band, whole};
}
template <class T> Variable<T> take_band(const Variable<T>& x, const Band& band, const Shape& to);
template <class T> Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool ta, bool tb, const Shape& to);
template <class T> Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool ta, bool tb) {
    return product(a, b, ta, tb, {a.value().shape()[ta ? 1 : 0], b.value().shape()[tb ? 0 : 1]});
}
template <class T>
Variable<T> batched(const Variable<T>& a, const Variable<T>& b, bool ta, bool tb, const Shape& batch, const Shape& to);

// Throws Error unless the shapes broadcast.
void check_broadcast(Where where, std::string_view op, const Shape& x, const Shape& y);
bool broadcasts(const Shape& from, const Shape& to);  // whether an array becomes one of shape `to`
// An axis, or a place on one, counted from the end when negative. Throws Error when out of range.
std::size_t checked_axis(Where where, std::string_view op, std::ptrdiff_t axis, const Shape& shape);
Shape without_axis(const Shape& shape, std::size_t axis);
// Throws Error unless there is one index a row, in [0, columns).
void check_index(Where where, std::string_view op, const Indices& index, std::size_t rows, std::size_t columns);
// Throws Error unless BLAS's 32-bit integers hold an operand's columns (its last axis) and its rows (all others).
void check_operand(Where where, std::string_view op, const Shape& shape);

template <class T, class E> Variable<T> evaluated(const E& e, const Shape& likely) {
    auto y = held<T>(e, likely);
    assign(*y, e, likely);
    return Variable<T>(std::move(y), Place{});
}
template <class T> Variable<T> evaluated(Array<T>&& a, const Shape&) { return Variable<T>(std::move(a)); }

bool any_wanted(const auto& places, const Wanted& wanted) {
    for (const std::uint32_t place : places)
        if (place != no_place && wanted[place]) return true;
    return false;
}

template <class T, class Rule, std::size_t N> class OpNode final : public Node<T> {
    using V = Variable<T>;
    static_assert(std::size(Rule::reads) == N, "a rule says for each of its inputs what the vjp reads");

public:
    using Places = std::array<std::uint32_t, N>;
    OpNode(const V& y, const Rule& rule, const Places& places, const std::array<const V*, N>& x)
        : OpNode(std::make_index_sequence<N>{}, y, rule, places, x, kept(places)) {}
    Origin origin() const override { return {&typeid(Rule), places_}; }
    bool reaches(const Wanted& wanted) const override { return any_wanted(places_, wanted); }
    void pull(const Array<T>& g, Adjoints<Array<T>>& to) const override {
        each(std::make_index_sequence<N>{}, g, to, [](const V& v) -> const Array<T>& { return v.value(); });
    }
    void pull(const V& g, Adjoints<V>& to) const override {
        each(std::make_index_sequence<N>{}, g, to, [](const V& v) -> const V& { return v; });
    }

private:
    template <std::size_t... K> OpNode(std::index_sequence<K...>, const V& y, const Rule& rule, const Places& places,
                                       const std::array<const V*, N>& x, unsigned kept)
        : Node<T>(y),
          rule_(rule),
          places_(places),
          y_(kept_if(kept & output, y)),
          x_{kept_if(kept >> K & 1, *x[K])...} {}
    static unsigned kept(const Places& places) {
        unsigned all = nothing;
        for (std::size_t k = 0; k < N; ++k)
            if (places[k] != no_place) all |= Rule::reads[k];
        return all;
    }
    static V kept_if(bool keep, const V& v) { return keep ? v : V(nullptr, Place{}); }

    template <std::size_t... K> void each(std::index_sequence<K...> all, const auto& g, auto& to, auto as) const {
        (one<K>(all, g, to, as), ...);
    }
    template <std::size_t K, std::size_t... J>
    void one(std::index_sequence<J...>, const auto& g, auto& to, auto as) const {
        constexpr unsigned reads = Rule::reads[K];
        if (places_[K] != no_place && to.wanted[places_[K]])
            to.template add<N == 1>(places_[K], rule_.vjp(wrt<int(K)>{}, g, read<(reads & output) != 0>(y_, as),
                                                          read<(reads >> J & 1) != 0>(x_[J], as)...));
    }
    template <bool is_kept> static decltype(auto) read(const V& v, auto as) {
        if constexpr (is_kept)
            return as(v);
        else
            return (dropped);
    }

    Rule rule_;
    Places places_;
    V y_;
    std::array<V, N> x_;
};

// A parameter takes no place where nothing records: the record would hold its value to the thread's end.
template <class T> std::uint32_t place_or_none(Record<T>& tape, const Variable<T>& x, Where where) {
    const bool none = !x.tracked() || (x.is_parameter() && !recording());
    return none ? no_place : tape.place_of(x, where);
}

// y = f(x...), with its place on the tape if any input has one.
template <class T, class Rule, class... X>
Variable<T> record(Where where, const Rule& rule, const Variable<T>& first, const X&... rest) {
    constexpr std::size_t n = 1 + sizeof...(X);
    auto& tape = Record<T>::mine();
    const std::array<std::uint32_t, n> places{place_or_none(tape, first, where), place_or_none(tape, rest, where)...};
    Variable<T> y = evaluated<T>(rule.forward(first.value(), rest.value()...), first.value().shape());
    if (!recording() || !(first.tracked() || ... || rest.tracked())) return y;
    return tape.template push<OpNode<T, Rule, n>>(where, y.handle(), rule, places,
                                                  std::array<const Variable<T>*, n>{&first, &rest...});
}

// An operation with any number of inputs: vjp(k, g) for each of them.
template <class T, class Rule> class ManyNode final : public Node<T> {
public:
    ManyNode(const Variable<T>& y, Rule rule, std::vector<std::uint32_t> places)
        : Node<T>(y), rule_(std::move(rule)), places_(std::move(places)) {}
    Origin origin() const override { return {&typeid(Rule), places_}; }
    bool reaches(const Wanted& wanted) const override { return any_wanted(places_, wanted); }
    void pull(const Array<T>& g, Adjoints<Array<T>>& to) const override { each(g, to); }
    void pull(const Variable<T>& g, Adjoints<Variable<T>>& to) const override { each(g, to); }

private:
    void each(const auto& g, auto& to) const {
        for (std::size_t k = 0; k < places_.size(); ++k)
            if (places_[k] != no_place && to.wanted[places_[k]]) to.add(places_[k], rule_.vjp(k, g));
    }
    Rule rule_;
    std::vector<std::uint32_t> places_;
};

template <class T, class Rule> Variable<T> record_many(Where where, Rule rule, const std::vector<Variable<T>>& xs) {
    auto& tape = Record<T>::mine();
    std::vector<std::uint32_t> places;
    bool tracked = false;
    for (const Variable<T>& x : xs) {
        places.push_back(place_or_none(tape, x, where));
        tracked |= x.tracked();
    }
    Variable<T> y(rule.forward(xs));
    if (!recording() || !tracked) return y;
    return tape.template push<ManyNode<T, Rule>>(where, y.handle(), std::move(rule), std::move(places));
}

}  // namespace xtape
