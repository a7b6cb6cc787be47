// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <zip.h>

#include <memory>
#include <string>
#include <string_view>

#include <xtape/nn/io/system.hpp>

// Private to the reader and the writer of npz files: libzip's objects, which end with their scope.
namespace xtape::nn::io {

constexpr std::string_view ending = ".npy";  // of each member's name

struct Close {
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
    void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Close>;
using Member = std::unique_ptr<zip_file_t, Close>;
using Buffer = std::unique_ptr<zip_source_t, Close>;

// What libzip says of its last failure, of which it gives the code or the rest, too.
struct Failure {
    zip_error_t error;
    Failure() { zip_error_init(&error); }
    explicit Failure(int code) { zip_error_init_with_code(&error, code); }
    ~Failure() { zip_error_fini(&error); }
    Failure(const Failure&) = delete;
    Failure& operator=(const Failure&) = delete;
    std::string text() { return in_quotes(zip_error_strerror(&error)); }
};

}  // namespace xtape::nn::io
