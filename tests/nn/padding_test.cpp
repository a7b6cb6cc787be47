// SPDX-License-Identifier: BSD-3-Clause
// Which steps there are: what says so, and what is refused. What they do is tested with every driver.
#include <xtape/nn/padding.hpp>

#include "../autodiff/support.hpp"

#include <array>
#include <deque>

namespace xtape::test {
namespace {

const auto expected = array<double>({3, 2}, {1, 1, 1, 0, 1, 0});  // of lengths 3 and 1

TEST_CASE("lengths are whole numbers of any type, in any range or array of one axis") {
    for (const nn::Padding& padding :
         {nn::Padding{3, 1}, nn::Padding(Indices{3, 1}), nn::Padding(std::vector<int>{3, 1}),
          nn::Padding(std::deque<std::size_t>{3, 1}), nn::Padding(std::array<short, 2>{3, 1}),
          nn::Padding(xt::xarray<int>{3, 1}), nn::Padding(xt::xarray<std::uint8_t>{3, 1})})
        CHECK(same_bits(padding.mask<double>(3, 2), expected));
    CHECK(nn::Padding(std::vector<int>()).mask<double>(3, 0).size() == 0);
}

TEST_CASE("a mask is an array or an expression of any numbers, not 0 where there is a step") {
    const xt::xarray<int> whole{{1, 1}, {-2, 0}, {1, 0}};
    for (const nn::Padding& padding : {nn::Padding(expected), nn::Padding(whole), nn::Padding(xt::cast<bool>(whole)),
                                       nn::Padding(xt::not_equal(whole, 0)), nn::Padding(expected * 3)})
        CHECK(same_bits(padding.mask<double>(3, 2), expected));
    CHECK(same_bits(nn::Padding(expected).mask<float>(3, 2), Array<float>(xt::cast<float>(expected))));
}

TEST_CASE("the mask of no padding is ones, and one that sequences do not fit is refused") {
    CHECK(same_bits(nn::Padding().mask<double>(3, 2), filled<double>({3, 2}, 1)));
    const auto text = [](const nn::Padding& padding, std::size_t steps, std::size_t rows) {
        return thrown([&] { (void)padding.mask<double>(steps, rows); });
    };
    CHECK(contains(text(expected, 1000, 2), "[padding] the mask must be (T, B), (1000, 2); got (3, 2)"));
    CHECK(contains(text(expected, 2, 2), "(2, 2); got (3, 2)"));
    CHECK(contains(text({3, 1}, 2, 2), "[padding] lengths must be in [0, 2], the steps; got 3"));
    CHECK(contains(text({3, -1}, 3, 2), "got -1"));
    CHECK(contains(text({3, 1}, 3, 3), "[padding] there must be one length a row, 3; got 2"));
    CHECK(contains(text(xt::xarray<bool>{true, false}, 3, 2), "the mask must be (T, B), (3, 2); got (2,)"));
    CHECK(text({3, 1}, 3, 2) == "");
}

}  // namespace
}  // namespace xtape::test
