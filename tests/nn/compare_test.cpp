// SPDX-License-Identifier: BSD-3-Clause
// The gradients of a model's parameters against a derivation.
#include <xtape/nn/compare.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using A = Array<double>;

TEST_CASE("any module: its parameters are the arguments, under their paths") {
    const nn::RNN<double> model({3, 4, 2}, 62);
    const A xs = random_array<double>({5, 3, 3}, 63);
    const auto loss = [&](const nn::RNN<double>& m) { return sum(square(m(V(xs)))); };
    const auto by_engine = nn::reverse_mode(loss, model);
    CHECK(by_engine.size() == 5);
    CHECK(by_engine[1].name == "cell.wh");
    CHECK(nn::compare_gradients(loss, by_engine, model));
    CHECK(nn::compare_gradients(
        loss, [&](const nn::RNN<double>&) { return by_engine; }, model));
    std::vector<A> arrays;  // in the model's order
    for (const auto& item : by_engine) arrays.push_back(item.array);
    CHECK(nn::compare_gradients(loss, arrays, model));
    arrays.pop_back();
    CHECK(nn::compare_gradients(loss, arrays, model).verdict ==
          "the gradient of readout.c differs: there is no analytic gradient of it; equal are cell.wx, cell.wh, cell.b, "
          "readout.v");
    auto misspelt = by_engine;
    misspelt[3].name = "readout.V";
    CHECK(
        thrown([&] { (void)nn::compare_gradients(loss, misspelt, model); }) ==
        "[compare_gradients] analytic gradients must be of cell.wx, cell.wh, cell.b, readout.v, readout.c, each once; "
        "got cell.wx, cell.wh, cell.b, readout.V, readout.c; try the arguments' names");
    CHECK(nn::compare_gradients([](const nn::RNN<double>& m) { return sum(square(m.cell.wh)); },
                                [](const nn::RNN<double>& m) {
                                    NamedArrays<double> d;
                                    for (const auto& [path, p] : nn::parameters(m))
                                        d.push_back({path, zeros<double>(p->shape())});
                                    d[1].array = 2 * m.cell.wh.value();
                                    return d;
                                },
                                model));
    CHECK(nn::compare_gradients([](const nn::RNN<double>&) { return V(1.0); }, std::vector<A>{}, model)
              .arguments.size() == 5);
    CHECK(contains(thrown([&] { (void)nn::reverse_mode([&](const auto& m) { return m(V(xs)); }, model); }),
                   "[compare_gradients] f must give one number; got shape (3, 2)"));
}

}  // namespace
}  // namespace xtape::test
