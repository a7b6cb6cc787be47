// SPDX-License-Identifier: BSD-3-Clause
#include "cells.hpp"

namespace {

// What of the loss is left: the last field of the last state, its first one, what is said at one step, or all.
enum class Loss { last_memory, last_output, one_step, all };

template <class Cell> void leave(Sequence<Cell>& s, Loss kind) {
    const std::size_t one = s.d_h.size() / s.x.shape()[0], kept = (s.x.shape()[0] / 2) * one;
    for (std::size_t i = 0; i < s.d_h.size() && kind != Loss::all; ++i)
        if (kind != Loss::one_step || i < kept || i >= kept + one) s.d_h.data()[i] = 0;
    for (std::size_t k = 0; k < s.d_last.size() && kind != Loss::all; ++k)
        if (kind == Loss::one_step || k != (kind == Loss::last_memory ? s.d_last.size() - 1 : 0)) s.d_last[k].fill(0);
}

}  // namespace

TEST_CASE("every cell's backpropagation through time equals central differences, whatever the loss is") {
    unsigned seed = 100;
    for_each_kind<double>([&](const auto& kind) {
        for (const std::size_t T : Counts{1, 2, 7})
            for (const Loss of : {Loss::last_memory, Loss::last_output, Loss::one_step, Loss::all}) {
                if (T != 7 && of != Loss::all) continue;
                ++seed;
                INFO(kind.name << ", T " << T << ", loss " << static_cast<int>(of) << ", seed " << seed);
                auto s = random_sequence(kind, T, 2, seed);
                leave(s, of);
                check_claims(claims(s, bptt(s)), [&] { return loss(s); });
            }
    });
}

TEST_CASE("cells of floats follow those of doubles") {
    std::vector<Claims> exact;
    for_each_kind<double>([&](const auto& kind) {
        auto s = random_sequence(kind, 5, 3, 200);
        exact.push_back(claims(s, bptt(s)));
    });
    std::size_t i = 0;
    for_each_kind<float>([&](const auto& kind) {
        INFO(kind.name);
        const auto s = random_sequence(kind, 5, 3, 200);
        auto d = bptt(s);
        const Claims& e = exact[i++];
        CHECK(distance(d.x, e[0].gradient) <= 1e-5);
        std::size_t k = 1;
        for (const auto& field : d.first) CHECK(distance(field, e[k++].gradient) <= 1e-5);
        d.parameters.visit(
            [&](const char*, const auto& gradient) { CHECK(distance(gradient, e[k++].gradient) <= 1e-5); });
        CHECK(k == e.size());
    });
}
