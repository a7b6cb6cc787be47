// SPDX-License-Identifier: BSD-3-Clause
// The files themselves, those too that no layer is compared with yet.
#include <filesystem>

#include "fixture.hpp"

namespace xtape::test {
namespace {

TEST_CASE("Every file is complete: what was computed in float is what was computed in double, rounded") {
    std::size_t files = 0, pairs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(XTAPE_TEST_DATA "/reference")) {
        const Fixture<float> single(entry.path().stem().string());
        const Fixture<double> twice(single.name);
        ++files;
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
    CHECK(files == 39);
    CHECK(pairs > 5 * files);
}

}  // namespace
}  // namespace xtape::test
