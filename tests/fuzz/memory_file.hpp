// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

// What the fuzzers have in common.

inline void need(bool holds) {
    if (!holds) std::abort();
}

// A file in memory that holds these bytes, until the next call.
inline const std::string& file_of(const std::uint8_t* data, std::size_t size) {
    static const int memory = memfd_create("fuzz", MFD_CLOEXEC);
    static const std::string path = "/proc/self/fd/" + std::to_string(memory);
    need(ftruncate(memory, static_cast<off_t>(size)) == 0);
    need(pwrite(memory, data, size, 0) == static_cast<ssize_t>(size));
    return path;
}
