// SPDX-License-Identifier: BSD-3-Clause
#include "cells.hpp"

namespace {

// Steps that are missing at the end, at the start, and in between; the second row has none at all.
const xt::xarray<double> holes{{0, 0, 1, 1}, {1, 0, 1, 0}, {1, 0, 0, 1}, {0, 0, 1, 0}, {1, 0, 1, 0}};
const std::vector<xt::xarray<double>> masks{by_hand::mask_of<double>({3, 0, 5, 1}, 5), holes};

// The loss that counts real steps only.
template <class Cell> void mask_loss(Sequence<Cell>& s) {
    const xt::xarray<double>& mask = *s.reading.mask;
    const std::size_t H = s.d_h.shape()[2];
    for (std::size_t i = 0; i < s.d_h.size(); ++i) s.d_h.data()[i] *= mask.data()[i / H];
}

// Row i of x (T, B, F) without the steps that the mask leaves out: (length, 1, F)
xt::xarray<double> alone(const xt::xarray<double>& x, const xt::xarray<double>& mask, std::size_t i) {
    const std::size_t F = x.shape()[2];
    std::vector<double> kept;
    for (std::size_t t = 0; t < x.shape()[0]; ++t)
        if (mask(t, i) != 0) kept.insert(kept.end(), &x(t, i, 0), &x(t, i, 0) + F);
    xt::xarray<double> one = xt::zeros<double>({kept.size() / F, std::size_t(1), F});
    std::copy(kept.begin(), kept.end(), one.begin());
    return one;
}
template <class S> S row(S state, std::size_t i) {
    for (auto& field : state) {
        xt::xarray<double> one = xt::zeros<double>({std::size_t(1), field.shape()[1]});
        std::copy_n(&field(i, 0), one.size(), one.data());
        field = one;
    }
    return state;
}

// The same problem for row i alone, without padding.
template <class Cell> Sequence<Cell> alone(const Sequence<Cell>& s, std::size_t i) {
    const xt::xarray<double>& mask = *s.reading.mask;
    return {s.cell,          alone(s.x, mask, i), row(s.first, i), {{}, s.reading.reverse}, alone(s.d_h, mask, i),
            row(s.d_last, i)};
}

// Adds the gradients of one row to the parameters' sum and checks the row's own.
template <class Cell>
void check_row(const Sequence<Cell>& s, const by_hand::SequenceGradients<Cell>& d, std::size_t i, Cell& sum) {
    const Sequence<Cell> one = alone(s, i);
    if (one.x.size() == 0) {  // nothing was read: the state is the first one
        for (std::size_t k = 0; k < d.first.size(); ++k) CHECK(row(d.first, i)[k] == one.d_last[k]);
        return;
    }
    auto d_one = bptt(one);
    CHECK(distance(alone(d.x, *s.reading.mask, i), d_one.x) <= 1e-12);
    for (std::size_t k = 0; k < d.first.size(); ++k) CHECK(distance(row(d.first, i)[k], d_one.first[k]) <= 1e-12);
    CHECK(distance(alone(run(s).h, *s.reading.mask, i), run(one).h) <= 1e-12);
    std::vector<xt::xarray<double>> parts;
    d_one.parameters.visit([&](const char*, auto& g) { parts.push_back(g); });
    std::size_t k = 0;
    sum.visit([&](const char*, auto& g) { g += parts[k++]; });
}

// The largest gradient of what is not there.
double masked_x(const xt::xarray<double>& d_x, const xt::xarray<double>& mask) {
    double largest = 0;
    for (std::size_t i = 0; i < d_x.size(); ++i)
        if (mask.data()[i / d_x.shape()[2]] == 0) largest = worse(largest, std::abs(d_x.data()[i]));
    return largest;
}

template <class Cell> void check_rows(Sequence<Cell>& s) {
    const auto d = bptt(s);
    auto sum = by_hand::no_gradients(s.cell);
    for (std::size_t i = 0; i < s.x.shape()[1]; ++i) check_row(s, d, i, sum);
    Claims whole, rows;
    claim(whole, "", s.cell, d.parameters);
    claim(rows, "", s.cell, sum);
    CHECK(worst_distance(whole, rows) <= 1e-12);
    CHECK(masked_x(d.x, *s.reading.mask) == 0);
}

// f(sequence) for each mask, both directions and both losses: of real steps, and of the last state.
template <class Cell, class F> void for_each_masked(const Kind<Cell>& kind, unsigned seed, const F& f) {
    for (const auto& mask : masks)
        for (const bool reverse : {false, true})
            for (const bool last : {false, true}) {
                auto s = random_sequence(kind, 5, 4, ++seed);
                INFO(kind.name << ", reverse " << reverse << ", loss of last state " << last << ", seed " << seed);
                s.reading = {mask, reverse};
                mask_loss(s);
                if (last)
                    s.d_h.fill(0);
                else
                    s.d_last = by_hand::no_state(s.d_last);
                f(s);
            }
}

}  // namespace

TEST_CASE("masked sequences: central differences, for the loss of real steps and for that of the carried last state") {
    for_each_state([](const auto& kind) {
        for_each_masked(kind, 300, [](auto& s) { check_claims(claims(s, bptt(s)), [&] { return loss(s); }); });
    });
}

TEST_CASE("a masked batch gives what its rows give alone, without their padding") {
    for_each_kind<double>([](const auto& kind) { for_each_masked(kind, 500, [](auto& s) { check_rows(s); }); });
}

TEST_CASE("reading backwards is reading what is reversed within each length") {
    unsigned seed = 700;
    const Counts lengths{5, 2, 0, 4};
    for_each_kind<double>([&](const auto& kind) {
        ++seed;
        INFO(kind.name << ", seed " << seed);
        auto s = random_sequence(kind, 5, 4, seed);
        s.reading = {by_hand::mask_of<double>(lengths, 5), true};
        mask_loss(s);
        auto turned = s;
        turned.x = by_hand::reversed(s.x, lengths);
        turned.d_h = by_hand::reversed(s.d_h, lengths);
        turned.reading.reverse = false;
        const auto d = bptt(s);
        auto d_turned = bptt(turned);
        d_turned.x = by_hand::reversed(d_turned.x, lengths);
        CHECK(worst_distance(claims(s, d), claims(s, d_turned)) <= 1e-12);
        CHECK(loss(s) == doctest::Approx(loss(turned)).epsilon(1e-13));
    });
}
