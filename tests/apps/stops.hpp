// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "program.hpp"

// Trainings that are stopped by signals and go on from their checkpoints, to the end.
namespace stops {

// `mnist` with these flags and data; how often it noted a signal.
inline int train(const std::string& mnist, const idx_files::Path& out, const std::string& flags,
                 const std::string& data) {
    const idx_files::Path checkpoint = out / "checkpoint.safetensors";
    int count = 0, code = -1;
    for (double wait = 30; code != 0; wait *= 1.4) {
        const std::string rest = std::filesystem::exists(checkpoint) ? "--resume " + checkpoint.string() : flags;
        const std::string command = mnist + " --out " + out.string() + " --data-dir " + data + " " + rest;
        const program::Outcome o = program::run_and_signal(command, count % 2 ? SIGINT : SIGTERM, int(wait));
        code = o.code;
        INFO(code, ": ", o.out, o.err);
        const bool noted = code == 128 + SIGINT || code == 128 + SIGTERM;
        REQUIRE((noted || code == 0 || code == -SIGINT || code == -SIGTERM));
        CHECK((!noted || std::filesystem::exists(checkpoint)));
        count += noted;
    }
    return count;
}

}  // namespace stops
