// SPDX-License-Identifier: BSD-3-Clause
// What cells and drivers take as a state and as a sequence, and what they refuse.
#include <xtape/nn/batch_norm.hpp>
#include <xtape/nn/bidirectional.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

template <class Cell> inline constexpr bool of_the_library = !std::same_as<Cell, SurpriseCell<double>>;

TEST_CASE("a cell refuses a state of one row, of one unit and of one number, with the caller's line") {
    for_each_cell<double>([&](const char* name, const auto& make) {
        auto cell = make(3);
        if constexpr (of_the_library<decltype(cell)>) {
            const auto fits = cell.initial(5);
            const V x(random_array<double>({5, 3}, 1));
            constexpr std::size_t fields = std::tuple_size_v<decltype(nn::fields(fits))>;
            for (std::size_t k = 0; k < fields; ++k) {
                std::size_t at_field = 0;
                const auto with = [&](const auto& change) {
                    at_field = 0;
                    return nn::map_state([&](const V& v) { return at_field++ == k ? change(v.shape()) : v; }, fits);
                };
                const auto zeros_of = [](const Shape& s) { return V(zeros<double>(s)); };
                const auto one_row = with([&](const Shape& s) { return zeros_of({1, s[1]}); });
                const auto one_unit = with([&](const Shape& s) { return zeros_of({s[0], 1}); });
                const auto one_number = with([&](const Shape&) { return zeros_of({}); });
                for (const auto& bad : {one_row, one_unit, one_number}) {
                    INFO(std::string(name), ", field ", k);
                    const int line = __LINE__ + 1;
                    const auto text = thrown([&] { (void)nn::advance(cell, x, bad, 0, Where::here()); });
                    CHECK(contains(text, std::string(name) == "a user's tuple" ? "[" : at(__FILE__, line)));
                }
            }
        }
    });
}

TEST_CASE("an error of a cell names the caller's line, whatever it finds first") {
    for_each_cell<double>([&](const char* name, const auto& make) {
        auto cell = make(3);
        if (std::string(name).starts_with("a user's")) return;
        const V x(random_array<double>({5, 3}, 1));
        const auto ended = [&] {
            const Tape tape;
            return nn::map_state([](const V& v) { return variable(v.value()); }, cell.initial(5));
        }();
        INFO(std::string(name));
        const Tape tape;
        const int line = __LINE__ + 1;
        CHECK(contains(thrown([&] { (void)nn::advance(cell, x, ended, 0, Where::here()); }), at(__FILE__, line)));
    });
    const V ended = [] {
        const Tape tape;
        return variable(zeros<double>({2, 3}));
    }();
    const Tape tape;
    const int line = __LINE__ + 1;
    CHECK(contains(thrown([&] { (void)nn::BatchNorm<double>(3)(ended); }), at(__FILE__, line)));
}

TEST_CASE("drivers refuse states of other rows, where no step runs too") {
    nn::Generator bits(1);
    const nn::LSTMCell<double> cell(3, 4, bits);
    const auto seven = cell.initial(7);
    const auto wanted = [](const char* steps) {
        return "[unroll] sequences must be (T, B, features) and states (B, ...); got (" + std::string(steps) +
               ", 2, 3) and (7, 4)";
    };
    const V none(zeros<double>({0, 2, 3})), five(zeros<double>({5, 2, 3}));
    CHECK(contains(thrown([&] { (void)nn::unroll(cell, none, seven); }), wanted("0")));
    CHECK(contains(thrown([&] { (void)nn::unroll(cell, five, seven, {.padding = {0, 0}}); }), wanted("5")));
    CHECK(contains(thrown([&] { (void)nn::truncated(cell, none, seven, {1, 1}); }), wanted("0")));
    CHECK(contains(thrown([&] {
                       (void)nn::bidirectional(cell, cell, five, cell.initial(2), seven, {0, 0});
                   }),
                   wanted("5") + " (in bidirectional backward > unroll)"));
    CHECK(nn::unroll(cell, none, cell.initial(2)).outputs().shape() == Shape{0, 2, 4});
}

TEST_CASE("a cell that changes the shape of its state is refused, with the step, padded or not") {
    const V xs(random_array<double>({3, 4, 3}, 1)), first(zeros<double>({4, 3}));
    const auto number = [](const V& x, const V& h) { return mean(h + x); };
    const auto grows_at_2 = [](const V& x, const V& h, std::ptrdiff_t t, Where) {
        return t < 2 ? h + x : concatenate({h, x}, 1);
    };
    const std::string wanted = "[unroll] a cell must keep the shape of its state, (4, 3); got ";
    for (const nn::Padding& padding : {nn::Padding{}, nn::Padding{3, 2, 1, 3}}) {
        const int line = __LINE__ + 1;
        const auto text = thrown([&] { (void)nn::unroll(number, xs, first, {.padding = padding}); });
        CHECK(contains(text, wanted + "()"));
        CHECK(contains(text, "step 0"));
        CHECK(contains(text, at(__FILE__, line)));
        CHECK(contains(thrown([&] { (void)nn::unroll(grows_at_2, xs, first, {.padding = padding}); }), "step 2"));
        CHECK(contains(thrown([&] { (void)nn::truncated(number, xs, first, {1, 2}, padding); }), wanted + "()"));
    }
}

TEST_CASE("every driver takes a parameter or an array as its first state, and an array as its sequence") {
    nn::Generator bits(1);
    const nn::GRUCell<double> cell(3, 4, bits);
    const Array<double> xs = random_array<double>({5, 2, 3}, 1), h = random_array<double>({2, 4}, 2);
    const Parameter<double> learned("h", h);
    const V said = nn::unroll(cell, V(xs), V(h)).last;
    const auto check = [&](const auto& last_of) {
        CHECK(same_bits(last_of(V(xs), h).value(), said.value()));
        CHECK(same_bits(last_of(xs, V(h)).value(), said.value()));
        CHECK(same_bits(last_of(xt::xarray<double>(xs), xt::xarray<double>(h)).value(), said.value()));
        const Tape tape;
        const V last = last_of(xs, learned);
        CHECK(same_bits(last.value(), said.value()));
        CHECK(distance(backward(sum(last))[learned], zeros<double>({2, 4})) > 1e-3);
    };
    check([&](const auto& x, const auto& first) { return nn::unroll(cell, x, first).last; });
    check([&](const auto& x, const auto& first) { return nn::truncated(cell, x, first, {5, 5}).last; });
    check([&](const auto& x, const auto& first) { return nn::bidirectional(cell, cell, x, first, h).forward.last; });
}

}  // namespace
}  // namespace xtape::test
