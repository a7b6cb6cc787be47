// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <new>
#include <system_error>
#include <utility>

#include <xtape/nn/io/system.hpp>

namespace xtape::nn::io {
namespace {

namespace fs = std::filesystem;

std::vector<std::byte> memory(std::size_t count, const std::string& name, Where where) try {
    return std::vector<std::byte>(count);
} catch (const std::bad_alloc&) {
    fail(where, "read_file",
         name + " must fit into memory; got " + std::to_string(count) + " bytes at once; try a smaller file");
}

}  // namespace

std::string printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code >= 0x20 && code != 0x7f) {
            out += c;
        } else {
            out += {'\\', 'x', digits[code >> 4], digits[code & 15]};
        }
    }
    return out;
}

Descriptor::~Descriptor() { close(); }

bool Descriptor::close() {
    const int number = std::exchange(number_, -1);
    return number == -1 || ::close(number) == 0 || errno == EINTR;  // interrupted, it is closed nevertheless
}

Input::Input(const fs::path& path, Where where)
    : name_(shown(path)),
      where_(where),
      // Without O_NONBLOCK a pipe nobody writes to would hold us here.
      file_(restarted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); })) {
    struct stat status {};
    const bool known = file_.get() != -1 && ::fstat(file_.get(), &status) == 0;
    if (!known) fail(where, "read_file", name_ + " must be readable; got '" + reason() + "'; try another path");
    check(S_ISREG(status.st_mode), where, "read_file", name_,
          " must be a regular file; got a folder, a device or a pipe; try a copy in a regular file");
    left_ = static_cast<std::size_t>(status.st_size);
}

std::vector<std::byte> Input::take(std::size_t count) {
    check(count <= left_, where_, "read_file", name_, " must have ", count, " more bytes; got ", left_,
          "; try to write the file again");
    std::vector<std::byte> bytes = memory(count, name_, where_);
    fill(bytes);
    return bytes;
}

void Input::fill(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const std::size_t part = std::min(bytes.size(), most_at_once);
        const auto n = restarted([&] { return ::read(file_.get(), bytes.data(), part); });
        if (n == -1) fail(where_, "read_file", name_ + " must be readable; got '" + reason() + "'; try another copy");
        check(n > 0, where_, "read_file", name_, " must keep its size while it is read; got an end ", bytes.size(),
              " bytes early; try again when nothing writes to it");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
        left_ -= static_cast<std::size_t>(n);
    }
}

bool Input::ended() {
    std::byte next{};
    return left_ == 0 && restarted([&] { return ::read(file_.get(), &next, 1); }) == 0;
}

std::size_t bytes_of(std::size_t width, const std::vector<std::size_t>& shape) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max());
    std::size_t bytes = width;
    for (const std::size_t size : shape) {
        if (size > most / bytes) return overflow;
        bytes *= std::max<std::size_t>(size, 1);  // strides are computed beside a size of 0, too
    }
    return std::ranges::count(shape, 0U) ? 0 : bytes;
}

void Source::refuse(const std::string& must, const std::string& got, const std::string& advice) const {
    fail(where, op, file + ": " + must + "; got " + got + "; try " + advice);
}

std::string reason() { return std::generic_category().message(errno); }

std::string shown(const fs::path& path) {
    std::error_code unknown;  // the working folder may be gone
    const fs::path whole = fs::absolute(path, unknown);
    return printable((unknown ? path : whole).native());
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t most = 60;
    if (text.size() <= most) return "'" + printable(text) + "'";
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a UTF-8 character
    return "'" + printable(text.substr(0, end)) + "...'";
}

std::string listed(const std::vector<std::string>& items) {
    constexpr std::size_t most = 8;
    std::string out;
    for (std::size_t i = 0; i < items.size() && i < most; ++i) out += (i ? ", " : "") + items[i];
    return items.empty() ? "nothing" : out + (items.size() > most ? ", ..." : "");
}

}  // namespace xtape::nn::io
