// SPDX-License-Identifier: BSD-3-Clause
// What options leave out is 0 and said to be missing, never whatever stood in memory; what is not there is refused.
#include <xtape/nn/nn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using Cell = nn::LSTMCell<double>;

// The options, made where other numbers were before.
template <class Options> Options left_out() {
    alignas(Options) unsigned char memory[sizeof(Options)];
    std::memset(memory, 0x5a, sizeof memory);
    const auto* made = new (memory) Options;
    return *made;
}

TEST_CASE("sizes, blocks and limits that are not told are 0") {
    const auto sizes = left_out<nn::RNNSizes>();
    CHECK((sizes.inputs == 0 && sizes.hidden == 0 && sizes.outputs == 0));
    const auto blocks = left_out<nn::Truncation>();
    CHECK((blocks.every == 0 && blocks.depth == 0));
    const auto limits = left_out<nn::Limits>();
    CHECK((limits.longest == 0 && !limits.end));
    nn::Generator bits(1);
    const Cell cell(3, 4, bits);
    CHECK(contains(thrown([&] {
                       (void)nn::truncated(cell, V(zeros<double>({5, 2, 3})), cell.initial(2), blocks);
                   }),
                   "[truncated] blocks and depth must have steps; got every = 0, depth = 0"));
}

TEST_CASE("zoneout without a rate is refused where it is made") {
    nn::Generator bits(1);
    const Cell cell(3, 4, bits);
    const int line = __LINE__ + 1;
    const std::string text = thrown([&] { (void)nn::Zoneout<Cell>(cell, {}, 1); });
    CHECK(contains(text, at(__FILE__, line) + "[Zoneout] there must be a rate; got none"));
}

TEST_CASE("a cell that layers do not have is refused") {
    nn::Generator bits(1);
    for (const bool both : {false, true}) {
        nn::Layers<Cell> layers(3, {.layers = 2, .bidirectional = both},
                                [&](std::size_t n) { return Cell(n, 4, bits); });
        const std::size_t cells = both ? 4 : 2;
        for (std::size_t k = 0; k < cells; ++k)
            CHECK(layers.cell(k).wx.value().shape()[0] == (k < cells / 2 ? 3 : both ? 8 : 4));
        const int line = __LINE__ + 1;
        const std::string text = thrown([&] { (void)layers.cell(cells); });
        CHECK(contains(text, at(__FILE__, line) + "[Layers] a cell must be one of " + std::to_string(cells)));
        CHECK(contains(thrown([&] { (void)std::as_const(layers).cell(99); }), "counted from 0; got 99"));
    }
}

}  // namespace
}  // namespace xtape::test
