// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <xtape/autodiff/check.hpp>

// An empty folder of this test's own, removed with all that is in it.
class Scratch {
public:
    Scratch() {
        std::string pattern = (std::filesystem::temp_directory_path() / "xtape-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()));
        folder = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::filesystem::path operator/(std::string_view name) const { return folder / name; }
    auto files() const {
        using Iterator = std::filesystem::directory_iterator;
        return std::distance(begin(Iterator(folder)), end(Iterator(folder)));
    }
    std::filesystem::path folder;
};

// Root may do anything, to devices too: it becomes nobody for a while.
class WithoutPrivileges {
public:
    WithoutPrivileges() {
        if (user_ == 0) REQUIRE(seteuid(65534) == 0);
    }
    ~WithoutPrivileges() {
        if (user_ == 0) CHECK(seteuid(0) == 0);
    }

private:
    uid_t user_ = geteuid();
};

inline std::string slurp(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void spill(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

inline std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// The message of the error that a call throws; empty when it throws none.
template <class Call> std::string message(Call call) {
    try {
        call();
        return "";
    } catch (const xtape::Error& error) {
        return error.what();
    }
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }
