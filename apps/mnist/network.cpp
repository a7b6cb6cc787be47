// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <map>

namespace xtape::apps {
namespace {

const std::map<std::string, nn::Init> by_name{{"orthogonal", nn::Init::orthogonal},
                                              {"identity", nn::Init::identity},
                                              {"glorot", nn::Init::glorot},
                                              {"normal", nn::Init::normal},
                                              {"uniform", nn::Init::uniform}};

}  // namespace

nn::RNN<float> network(const Settings& s, std::size_t columns) {
    return {{columns, s.hidden, 10}, s.seed, {.init = by_name.at(s.init), .skip = s.skip_input}};
}

}  // namespace xtape::apps
