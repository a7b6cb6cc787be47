// SPDX-License-Identifier: BSD-3-Clause
// What docs/data.md says stands here, and is true.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <xtape/autodiff/autodiff.hpp>

#if __has_include(<xtensor/containers/xadapt.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xview.hpp>
#endif
using namespace xtape;

namespace {

using Lengths = std::vector<std::size_t>;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
const Array<double> expected{{1, 2, 3}, {4, 5, 6}};

TEST_CASE("in") {
    const std::vector<double> v{1, 2, 3, 4, 5, 6};
    const float p[] = {1, 2, 3, 4, 5, 6};
    CHECK(array_from(v, {2, 3}) == expected);
    CHECK(array_from<double>(p, {2, 3}) == expected);
    const Variable<double> adapted = xt::adapt(v, Lengths{2, 3});
    CHECK(adapted.value() == expected);
    const xt::xarray<double> table{{1, 2, 3, 0}, {4, 5, 6, 0}};
    const Variable<double> viewed = xt::view(table, xt::all(), xt::range(0, 3));
    CHECK(viewed.value() == expected);
    const std::vector<unsigned char> image(28 * 28, 255);
    const Array<float> pixels = array_from<float>(image, {28, 28}) / 255;
    CHECK(pixels(27, 27) == 1);
    Array<double> array = expected;
    const double* const place = array.data();
    const Variable<double> moved = std::move(array);
    CHECK(moved.value().data() == place);  // not copied
}

TEST_CASE("Eigen, both ways") {
    Eigen::MatrixXd m(2, 3);
    m << 1, 2, 3, 4, 5, 6;
    const Rows rows = m;  // Eigen's own order is by columns
    const Variable<double> x = array_from<double>(rows.data(), {2, 3});
    CHECK(x.value() == expected);
    const Eigen::Map<const Rows> map(x.value().data(), 2, 3);
    CHECK(map == m);
    CHECK(map.data() == x.value().data());  // not copied
}

TEST_CASE("out") {
    const Tape tape;
    const Variable<double> x = variable(expected), loss = sum(square(x));
    const auto gradients = backward(loss);
    const double number = loss.item();
    CHECK(number == 91);
    const Array<double>& value = x.value();
    const std::vector<double> v(value.begin(), value.end());
    CHECK(v == std::vector<double>{1, 2, 3, 4, 5, 6});
    const xt::xarray<double> g = gradients[x];
    CHECK(g(1, 2) == 12);
    const double* const in_place = gradients.find(x)->data();
    CHECK(in_place[5] == 12);
    std::vector<double> out(6);
    std::copy(value.begin(), value.end(), out.data());
    CHECK(out == v);
}

}  // namespace
