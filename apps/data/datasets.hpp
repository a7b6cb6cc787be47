// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace xtape::apps {

// What there is to learn, in files of MNIST's format: 28 x 28 pixels, ten classes.
struct Dataset {
    std::string name;   // as --dataset takes it
    std::string title;  // as the world knows it
    std::string item, items;
    std::array<std::string, 10> classes;  // what the labels stand for
    std::string article;                  // before the name of a class: "a 7", but "Trouser"
    std::string alike;                    // classes that are mistaken for one another
    std::string misleading;               // what such mistakes come from

    bool named() const { return article.empty(); }  // classes have names, not numerals
    std::string one(std::size_t label) const { return article + classes[label]; }
};

const Dataset& dataset(const std::string& name);  // one of dataset_names
extern const std::vector<std::string> dataset_names;

}  // namespace xtape::apps
