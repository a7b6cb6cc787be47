// SPDX-License-Identifier: BSD-3-Clause
// The order of rows does not matter, whatever their lengths: what stands in another row is moved along with it.
#include "drivers.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

const Indices lengths{4, 1, 0, 3, 2}, in_order{0, 1, 2, 3, 4}, mixed{3, 0, 4, 2, 1};

Array<double> rows_of(const Array<double>& a, const Indices& rows, std::ptrdiff_t axis) {
    return take(V(a), rows, axis).value();
}

struct Asked {
    Array<double> said;
    std::vector<Array<double>> gradients;  // by the parameters, and by the sequence
};
// What the driver says of the rows in this order, and the gradients of a loss with a weight for each row.
template <class Model> Asked ask(const Model& model, std::size_t driver, const Indices& rows) {
    const Tape tape;
    std::vector<V> wanted = nn::wanted(model);
    const V xs = wanted.emplace_back(variable(rows_of(random_array<double>({4, 5, 3}, 42), rows, 1)));
    Indices own;
    for (const std::int64_t row : rows) own.push_back(lengths[std::size_t(row)]);
    const V said = model(driver, xs, own);
    const auto g = backward(sum(said * rows_of(random_array<double>({5}, 43), rows, 0)), wanted);
    Asked asked{said.value(), {}};
    for (const V& v : wanted) asked.gradients.push_back(g[v]);
    return asked;
}

TEST_CASE("in another order of rows each driver says the same of each row, with the same gradients") {
    for_each_cell<double>([&](const std::string& name, const auto& make) {
        using Model = Drivers<decltype(make(3))>;
        Model model(make);
        randomise(model, 41);
        for (std::size_t driver = 0; driver < std::size(Model::names); ++driver) {
            INFO(name, ", ", std::string(Model::names[driver]), ", seeds 41 to 43");
            const Asked plain = ask(model, driver, in_order), turned = ask(model, driver, mixed);
            CHECK(distance(turned.said, plain.said) > 1e-3);  // rows are not alike
            CHECK(distance(turned.said, rows_of(plain.said, mixed, 0)) <= 1e-13);
            CHECK(distance(turned.gradients.back(), rows_of(plain.gradients.back(), mixed, 1)) <= 1e-13);
            double most = 0;
            for (std::size_t i = 0; i + 1 < plain.gradients.size(); ++i)
                most = std::max(most, distance(turned.gradients[i], plain.gradients[i]));
            CHECK(most <= 1e-13);
        }
    });
}

}  // namespace
}  // namespace xtape::test
