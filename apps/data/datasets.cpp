// SPDX-License-Identifier: BSD-3-Clause
#include "datasets.hpp"

#include <algorithm>

namespace xtape::apps {
namespace {

const std::array<Dataset, 2> datasets{
    Dataset{.name = "digits",
            .title = "MNIST",
            .item = "digit",
            .items = "Digits",
            .classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
            .article = "a ",
            .alike = "4 and 9, 3 and 5, 2 and 7",
            .misleading = "a stroke that is missing or too long, an unusual slope"},
    Dataset{.name = "fashion",
            .title = "Fashion-MNIST",
            .item = "article",
            .items = "Articles",
            .classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                        "Ankle boot"},
            .article = "",
            .alike = "shirts and T-shirts, pullovers and coats, sneakers and ankle boots",
            .misleading = "sleeves that are hard to see, an unusual cut, a print"}};

}  // namespace

const std::vector<std::string> dataset_names{"digits", "fashion"};

const Dataset& dataset(const std::string& name) { return *std::ranges::find(datasets, name, &Dataset::name); }

}  // namespace xtape::apps
