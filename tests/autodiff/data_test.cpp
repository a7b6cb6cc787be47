// SPDX-License-Identifier: BSD-3-Clause
// Data in and out of variables and gradients.
#include <xtape/autodiff/autodiff.hpp>

#include <array>
#include <sstream>

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/io/xio.hpp>  // beside our own printing
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xio.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

template <class X> std::string printed(const X& x) {
    std::ostringstream out;
    out << x;
    return out.str();
}

TEST_CASE("arrays from vectors, pointers and std::array") {
    const std::vector<double> six{1, 2, 3, 4, 5, 6};
    const auto expected = array<double>({2, 3}, six);
    CHECK(same_bits(array_from(six, {2, 3}), expected));
    CHECK(same_bits(array_from(six), array<double>({6}, six)));
    CHECK(same_bits(array_from<double>(six.data(), {2, 3}), expected));
    CHECK(same_bits(array_from<double>(std::array<unsigned char, 6>{1, 2, 3, 4, 5, 6}, {2, 3}), expected));
    CHECK(same_bits(array_from<float>(six, {2, 3}), array<float>({2, 3}, {1, 2, 3, 4, 5, 6})));
    CHECK(same_bits(array_from(std::vector<float>{}, {0, 4}), zeros<float>({0, 4})));
    const int line = __LINE__ + 1;
    const std::string said = thrown([&] { (void)array_from(six, {2, 2}); });
    CHECK(said == at(__FILE__, line) + "[array_from] the shape must hold as many numbers; got 6 for (2, 2)");
    const std::size_t huge = std::size_t(1) << 63;
    CHECK(contains(thrown([&] { (void)array_from(six, {huge, 2}); }), "[array_from]"));
}

TEST_CASE("memory of others through xtensor's adaptors") {
    std::vector<double> six{1, 2, 3, 4, 5, 6};
    const V x = xt::adapt(six, std::vector<std::size_t>{2, 3});
    six[0] = 100;  // x has its own copy
    CHECK(same_bits(x.value(), array<double>({2, 3}, {1, 2, 3, 4, 5, 6})));
}

TEST_CASE("an array that is moved in is not copied, and values and gradients are read where they are") {
    const Tape tape;
    Array<double> a = filled<double>({1000}, 2);
    const double* const where_it_is = a.data();
    const V x = variable(std::move(a));
    CHECK(x.value().data() == where_it_is);
    const auto g = backward(sum(x * x));
    CHECK(g.find(x)->data()[999] == 4);
    const V constant(detach(x));
    CHECK(constant.value().data() == where_it_is);
}

TEST_CASE("gradients convert to xtensor's containers") {
    const Tape tape;
    const V x = variable(array<double>({2}, {3, 4}));
    const auto g = backward(sum(x * x), {x});
    const xt::xarray<double> dynamic = g[x];
    const xt::xtensor<double, 1> fixed = g[x];
    xt::xarray<float> of_float = g[x];
    CHECK(dynamic(1) == 8);
    CHECK(fixed(0) == 6);
    CHECK(of_float(0) == 6);
    const xt::xarray<double> of_function = grad([](const V& v) { return sum(v * v); })(dynamic);
    CHECK(of_function(0) == 12);
}

TEST_CASE("item is the one number there is") {
    CHECK(V(3.0).item() == 3);
    CHECK(V(filled<double>({1, 1}, 4)).item() == 4);
    const int line = __LINE__ + 1;
    const std::string said = thrown([] { (void)V(zeros<double>({2})).item(); });
    CHECK(said == at(__FILE__, line) + "[item] the array must hold one number; got shape (2,)");
}

TEST_CASE("variables, arrays, shapes and gradients print") {
    const Tape tape;
    const V w = named(variable(array<double>({2}, {1, 2})), "w"), loss = sum(w * w);
    CHECK(printed(w) == "{ 1.,  2.}");
    CHECK(printed(w.value()) == "{ 1.,  2.}");
    CHECK(printed(loss) == " 5.");
    CHECK(printed(Variable<float>(2)) == " 2.");
    CHECK(printed(filled<float>({1}, 2)) == "{ 2.}");
    CHECK(printed(w.shape()) == "(2,)");
    CHECK(printed(Shape{2, 3}) == "(2, 3)");
    CHECK(printed(loss.shape()) == "()");
    const V unused = variable(0.0);
    CHECK(printed(backward(loss, {w, unused})) == "w (2,)\n{ 2.,  4.}\nunnamed ()\n 0.\n");
    CHECK(printed(w.value() * 2) == "{ 2.,  4.}");  // an expression, by xtensor
    CHECK(printed(Parameter<double>("p", w.value())) == "{ 1.,  2.}");
}

// Whether there is one operator of ours for it, where xtensor's own are out of reach
template <class A>
concept OursPrints = requires(std::ostream& out, const A& a) {
    xtape::operator<<(out, a);
};

TEST_CASE("other arrays are not printed as if they were ours, for they would be by several") {
    CHECK(OursPrints<Array<double>>);
    CHECK(OursPrints<V>);
    CHECK_FALSE(OursPrints<xt::xarray<double>>);
    CHECK_FALSE(OursPrints<xt::xtensor<float, 2>>);
    CHECK_FALSE(OursPrints<double>);
    CHECK(printed(xt::xarray<double>{1, 2}) == "{ 1.,  2.}");
}

}  // namespace
}  // namespace xtape::test
