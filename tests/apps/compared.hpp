// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// compare_gradients, and what it says as JSON.

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace compared {

inline const std::string compare = XTAPE_COMPARE_GRADIENTS;
inline const std::string small = " --batch 2 --steps 4 --inputs 2 --hidden 3 --classes 3 ";
inline const std::vector<std::string> models{"rnn", "lstm", "gru", "bidirectional", "attention", "truncated"};

struct Answer {
    int code;
    nlohmann::json report;
};
inline Answer answer(const std::string& flags) {
    const program::Outcome o = program::run(compare + " --format json " + flags);
    INFO(flags << "\n" << o.out << o.err);
    REQUIRE(nlohmann::json::accept(o.out));
    CHECK(o.err.empty());
    return {o.code, nlohmann::json::parse(o.out)};
}

}  // namespace compared
