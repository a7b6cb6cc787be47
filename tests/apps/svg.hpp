// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

// Whether bytes above 127 come in the groups that UTF-8 has.
inline bool is_utf8(const std::string& text) {
    std::size_t more = 0;  // bytes that belong to the one before
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte >> 6 == 2) != (more > 0)) return false;
        if (more > 0)
            --more;
        else if (byte > 0x7f)
            more = byte >> 5 == 6 ? 1 : byte >> 4 == 14 ? 2 : 3;
    }
    return more == 0;
}

// Whether every element of a picture begins and ends, in order.
inline bool well_formed(const std::string& xml) {
    if (!is_utf8(xml)) return false;
    std::vector<std::string> open;
    for (std::size_t at = 0; (at = xml.find('<', at)) != std::string::npos;) {
        const std::size_t end = xml.find('>', at);
        if (end == std::string::npos) return false;
        const std::string tag = xml.substr(at + 1, end - at - 1);
        at = end;
        if (tag.starts_with("?") || tag.starts_with("!") || tag.ends_with("/")) continue;
        const std::string name = tag.substr(tag[0] == '/', tag.find_first_of(" \t\n") - (tag[0] == '/'));
        if (tag[0] != '/')
            open.push_back(name);
        else if (open.empty() || open.back() != name)
            return false;
        else
            open.pop_back();
    }
    return open.empty() && xml.find("</svg>") != std::string::npos;
}
