// SPDX-License-Identifier: BSD-3-Clause
// Gradients that another program wrote, and files that are not that.
#include <xtape/nn/bptt.hpp>
#include <xtape/nn/io/compare.hpp>
#include <xtape/nn/io/system.hpp>
#include <xtape/nn/rnn.hpp>

#include "numpy.hpp"

using namespace xtape;
using namespace xtape::nn::io;

namespace {

using V = Variable<double>;
using A = Array<double>;

// What NumPy derived (tests/reference/numpy_fixtures.py)
const auto loss = [](const auto& x, const auto& w) { return sum(square(tanh(matmul(x, w)))) / 4.0; };
A given(const std::string& name) { return load_npz<double>(by_numpy("gradients.npz"), name); }

CompareReport compared(const NpzGradients& file) {
    return compare_gradients(loss, file, {given("input/x"), given("input/w")}, {.names = {"x", "w"}});
}
std::string refusal(const std::string& folder) {
    return message([&] { (void)compared(NpzGradients(by_numpy("gradients.npz"), folder)); });
}

template <class T> void save(const std::filesystem::path& path, const NamedArrays<T>& arrays) {
    std::map<std::string, Array<T>> all;
    for (const auto& item : arrays) all[item.name] = item.array;
    save_npz(path, all);
}

}  // namespace

TEST_CASE("Gradients that NumPy wrote are compared: by name in a folder of the file, and in order") {
    const CompareReport report = compared(NpzGradients(by_numpy("gradients.npz"), "gradient/"));
    INFO(formatted(report, Format::text));
    CHECK(report);
    REQUIRE(report.arguments.size() == 2);
    CHECK(report.arguments[1].name == "w");
    CHECK(report.arguments[1].norm_relative > 0);  // another program's rounding
    CHECK(compared(NpzGradients(by_numpy("gradients-in-order.npz"))));
    const std::vector<A> inputs{given("input/x"), given("input/w")};
    const ManyToOne<double> f = [](const std::vector<V>& in) { return loss(in[0], in[1]); };
    CHECK(compare_gradients(f, NpzGradients(by_numpy("gradients-in-order.npz")), inputs));
}

TEST_CASE("A file's gradient of one array; whole numbers are numbers; a wrong gradient gets its verdict") {
    const A whole = given("whole/x");
    const auto f = [&](const V& x) { return sum(x * V(whole)); };
    CHECK(compare_gradients(f, NpzGradients(by_numpy("gradients.npz"), "whole/"), given("input/x")));
    const Scratch scratch;
    save_npz(scratch / "g.npz", {{"x", A(-1 * whole)}});
    const CompareReport report = compare_gradients(f, NpzGradients(scratch / "g.npz"), given("input/x"));
    CHECK(!report);
    CHECK(report.normalisation == "the sign is wrong");
}

TEST_CASE("In float, gradients in either precision are compared") {
    const auto f = [](const Variable<float>& x, const Variable<float>& w) {
        return sum(square(tanh(matmul(x, w)))) / 4.0F;
    };
    const auto file = by_numpy("gradients.npz");
    const Array<float> x = load_npz<float>(file, "input/x"), w = load_npz<float>(file, "input/w");
    for (const char* folder : {"gradient/", "single/"})
        CHECK(compare_gradients(f, NpzGradients(file, folder), {x, w}, {.names = {"x", "w"}}));
}

TEST_CASE("A model's gradients are those of its parameters' paths, or in their order; so are a recurrence's") {
    const Scratch scratch;
    const nn::RNN<double> model({3, 4, 2}, 62);
    nn::Generator bits(63);
    const V xs = nn::uniform<double>(5, 9, bits, 1), sequence = reshape(xs, {5, 3, 3});
    const auto of_model = [&](const nn::RNN<double>& m) { return sum(square(m(sequence))); };
    auto right = nn::reverse_mode(of_model, model);
    save(scratch / "named.npz", right);
    CHECK(nn::compare_gradients(of_model, NpzGradients(scratch / "named.npz"), model));
    for (std::size_t k = 0; k < right.size(); ++k) right[k].name = "arr_" + std::to_string(k);
    save(scratch / "ordered.npz", right);
    CHECK(nn::compare_gradients(of_model, NpzGradients(scratch / "ordered.npz"), model));
    right[1].array *= 2;
    save(scratch / "ordered.npz", right);
    CHECK(nn::compare_gradients(of_model, NpzGradients(scratch / "ordered.npz"), model)
              .verdict.starts_with("the gradient of cell.wh differs: analytic = 2 * autograd"));
    const nn::Recurrence f(sequence, model.cell.initial(3), [](std::size_t, const V& h) { return sum(square(h)); });
    save(scratch / "cell.npz", nn::reverse_mode(f, model.cell));
    CHECK(nn::compare_gradients(f, NpzGradients(scratch / "cell.npz"), model.cell));
}

TEST_CASE("Arrays that are missing, of no argument, of another shape or type are refused by name") {
    const std::string start = "[compare_gradients] " + shown(by_numpy("gradients.npz")) + ": ";
    CHECK(contains(refusal("misspelt/"), start + "the array 'misspelt/w' must be there; got 'gradient/w', "));
    CHECK(contains(refusal("surplus/"), start + "array 'surplus/y' must be of an argument, which would be called "
                                                "'surplus/x', 'surplus/w'; got no such argument; try "));
    CHECK(contains(refusal("transposed/"), start + "array 'transposed/w': the gradient must have the shape of its "
                                                   "argument, (3, 2); got (2, 3); try "));
    CHECK(contains(refusal("single/"),
                   start + "array 'single/x': the gradient must be of float64, as its argument is; got float32; try "));
    CHECK(contains(refusal("half/"), start + "array 'half/x': the elements must be bool, integers, float32 or float64; "
                                             "got the type '<f2'; try "));
    CHECK(contains(refusal(""), start + "the array 'x' must be there; got 'gradient/w', "));
    CHECK(contains(message([] { (void)compared(NpzGradients("no-such-file.npz")); }), "no-such-file.npz must be"));
    CHECK(contains(refusal("single/"), "compare_test.cpp:"));  // where the file was named
    CHECK(compared(NpzGradients(by_numpy("gradients.npz"), "gradient/")));
}

TEST_CASE("An array of another size takes no memory: its shape is looked at first") {
    const Scratch scratch;
    save_npz(scratch / "large.npz", {{"x", zeros<double>({3000, 1000})}}, Packing::deflated);
    const auto f = [](const V& x) { return sum(x); };
    CHECK(contains(message([&] {
                       (void)compare_gradients(f, NpzGradients(scratch / "large.npz"), A{1, 2});
                   }),
                   "large.npz: array 'x': the gradient must have the shape of its argument, (2,); got (3000, 1000)"));
    save_npz(scratch / "fewer.npz", {{"arr_0", A{1, 1}}});
    const auto g = [](const V& x, const V& y) { return sum(x * y); };
    CHECK(contains(message([&] {
                       (void)compare_gradients(g, NpzGradients(scratch / "fewer.npz"), {A{1, 1}, A{1, 1}});
                   }),
                   "fewer.npz: the array 'arr_1' must be there; got 'arr_0'"));
}
