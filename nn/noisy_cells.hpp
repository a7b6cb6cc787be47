// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/dropout.hpp>
#include <xtape/nn/module.hpp>
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

// Cells made of another cell, of any kind of state, whose state is noisy inside of a Training. They are cells for every
// driver, with the parameters of the other, under the names that these had. A step is also told which one it is,
// cell(x, state, t); drivers do so.

namespace detail {

template <class Cell> struct ValueTypeOf {};
template <class Cell>
requires requires { typename Cell::value_type; }
struct ValueTypeOf<Cell> {
    using value_type = typename Cell::value_type;
};

struct Noisy {};
template <class Cell> struct NoisyCell : Noisy, ValueTypeOf<Cell> {
    Cell cell;
    std::uint64_t layer;  // the number that Draw means

    NoisyCell(Cell c, std::uint64_t number) : cell(std::move(c)), layer(number) {}
    auto initial(std::size_t batch) const requires requires(const Cell& c) { c.initial(batch); }
    { return cell.initial(batch); }
    template <class X> auto project(const X& xs, Where where) const requires requires(const Cell& c) {
        c.project(xs, where);
    }
    { return cell.project(xs, where); }
    template <class F> void visit(F&& f) requires Module<Cell> { cell.visit(f); }
};

}  // namespace detail

// A cell whose output goes on to the next step beside its products too, as a GRU's does in z h, computes one step in
// which only the products read another output: next = reading(x, state, read).
template <class Cell, class S>
concept ReadsApart = requires(const Cell& c, const Variable<scalar_of<S>>& v, const S& s, Where where) {
    c.reading(v, s, v, where);
};

// A cell whose output goes on in products alone, as an LSTM's does, says so: static constexpr bool reads_in_products
template <class Cell>
concept ReadsInProducts = requires {
    requires Cell::reads_in_products;
};

// Recurrent dropout of Gal and Ghahramani 2016, as in Keras: the products read h m / (1 - p) instead of h, with one m
// for all steps of a sequence. The noise does not grow with the steps, and memory that is in no product, an LSTM's c or
// a GRU's z h, is never lost. That of Semeniuta et al. 2016 is within the gates, where no other cell shows it. Only the
// output is dropped. A cell that takes it on beside its products would be scaled up at each step: it offers `reading`,
// above. Cells that say neither do not compile.
template <class Cell> struct RecurrentDropout : detail::NoisyCell<Cell> {
    static_assert(!std::derived_from<Cell, detail::Noisy>, "[xtape] zoneout goes around recurrent dropout");
    double p;

    RecurrentDropout(Cell c, double rate, std::uint64_t number, Where where = Where::here())
        : detail::NoisyCell<Cell>(std::move(c), number), p(rate) {
        check_rate(p, "RecurrentDropout", where);
    }
    template <State S>
    S operator()(const Variable<scalar_of<S>>& x, const S& s, std::ptrdiff_t t, Where where = Where::here()) const {
        const Frame frame("RecurrentDropout");
        if constexpr (ReadsApart<Cell, S>)
            return this->cell.reading(x, s, read(s, where), where);
        else
            return advance(this->cell, x, dropped(s, where), t, where);
    }
    template <State S> S step(const Variable<scalar_of<S>>& xs, std::ptrdiff_t i, const S& s, std::ptrdiff_t t,
                              Where where = Where::here()) const requires(Projects<Cell, S> && !ReadsApart<Cell, S>) {
        const Frame frame("RecurrentDropout");
        return advance(this->cell, xs, i, dropped(s, where), t, where);
    }

private:
    template <State S> Variable<scalar_of<S>> read(const S& s, Where where) const {
        return dropout(output(s), p, {.layer = this->layer, .time = Draw::all_steps, .part = 1}, where);
    }
    template <State S> S dropped(S s, Where where) const {
        static_assert(ReadsInProducts<Cell>,
                      "[xtape] recurrent dropout is of what products read: a cell offers "
                      "reading(x, state, read), or says reads_in_products; see noisy_cells.hpp");
        std::get<0>(fields(s)) = read(s, where);
        return s;
    }
};

// Zoneout of Krueger et al. 2017: each number of the state keeps what it was before with probability p; outside of a
// Training it is the expected mixture of both. One rate for all fields of the state, or one for each, {h, c}.
template <class Cell> struct Zoneout : detail::NoisyCell<Cell> {
    std::vector<double> rates;

    Zoneout(Cell c, std::vector<double> p, std::uint64_t number, Where where = Where::here())
        : detail::NoisyCell<Cell>(std::move(c), number), rates(std::move(p)) {
        check(!rates.empty(), where, "Zoneout", "there must be a rate; got none");
        for (const double rate : rates) check_rate(rate, "Zoneout", where);
    }
    template <State S>
    S operator()(const Variable<scalar_of<S>>& x, const S& s, std::ptrdiff_t t, Where where = Where::here()) const {
        const Frame frame("Zoneout");
        return mixed(advance(this->cell, x, s, t, where), s, t, where);
    }
    template <State S> S step(const Variable<scalar_of<S>>& xs, std::ptrdiff_t i, const S& s, std::ptrdiff_t t,
                              Where where = Where::here()) const requires Projects<Cell, S> {
        const Frame frame("Zoneout");
        return mixed(advance(this->cell, xs, i, s, t, where), s, t, where);
    }

private:
    template <State S> S mixed(const S& next, const S& before, std::ptrdiff_t t, Where where) const {
        constexpr std::size_t n = std::tuple_size_v<decltype(fields(next))>;
        check(rates.size() == 1 || rates.size() == n, where, "Zoneout", "there must be one rate, or one for each of ",
              n, " fields of the state; got ", rates.size());
        std::size_t k = 0;
        return map_state(
            [&]<class T>(const Variable<T>& h, const Variable<T>& old) {
                const double p = rates[rates.size() == 1 ? 0 : k];
                return zoneout(h, old, p, {.layer = this->layer, .time = t, .part = 2 + k++}, where);
            },
            next, before);
    }
};

}  // namespace xtape::nn
