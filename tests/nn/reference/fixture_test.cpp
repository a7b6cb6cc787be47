// SPDX-License-Identifier: BSD-3-Clause
// The files themselves: complete, and each compared with a module.
#include <filesystem>

#include "fixture.hpp"

namespace xtape::test {
namespace {

std::set<std::string> names_in_folder() {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(XTAPE_TEST_DATA "/reference"))
        names.insert(entry.path().stem().string());
    return names;
}

TEST_CASE("Every file is complete: what was computed in float is what was computed in double, rounded") {
    std::size_t pairs = 0;
    const std::set<std::string> files = names_in_folder();
    for (const std::string& file : files) {
        const Fixture<float> single(file);
        const Fixture<double> twice(single.name);
        for (const auto& named : single.file.tensors) {
            const std::string& name = named.first;
            INFO(single.name, ", ", name);
            if (name.starts_with("inputs.") || name.starts_with("parameters.")) {
                CHECK(single.gradient(name).shape() == nn::io::array_of<float>(single.file, name).shape());
                CHECK(distance(single.gradient(name), twice.gradient(name)) <= 1e-5);
                ++pairs;
            } else if (name.starts_with("cotangents.")) {
                const std::string output = name.substr(name.find('.') + 1);
                CHECK(distance(single.output(output), twice.output(output)) <= 1e-6);
                CHECK(single.cotangent(output).shape() == single.output(output).shape());
            }
        }
    }
    CHECK(pairs > 5 * files.size());
}

TEST_CASE("Every file of the folder is compared with a module, and what is compared is there") {
    const std::set<std::string> files = names_in_folder();
    CHECK(files.size() == 43);
    for (const std::string& file : files) CHECK_MESSAGE(Compared::all().contains(file), file);
    for (const std::string& name : Compared::all()) CHECK_MESSAGE(files.contains(name), name);
}

}  // namespace
}  // namespace xtape::test
