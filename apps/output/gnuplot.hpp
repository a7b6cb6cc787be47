// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace xtape::apps {

// gnuplot makes NAME.svg by NAME.gp, of the data beside it.
struct Picture {
    std::string name, heading;
    std::string text;                         // what it shows and what to look for, for a page
    std::map<std::string, std::string> data;  // the names of files and what is in them
    std::string script;
};

// How every script begins: it may be run from any folder, and writes NAME.svg.
std::string script_head(const std::string& name, int width, int height);

// Writes data and scripts, and has gnuplot make the pictures, all at the same time, in place of an earlier run's; what
// went wrong with that, or nothing.
std::string draw(const std::filesystem::path& folder, const std::vector<Picture>& pictures);

}  // namespace xtape::apps
