// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <xtape/autodiff/check.hpp>

// Private to the readers and writers of files: the system's calls, sizes that are not believed, and texts for messages.
namespace xtape::nn::io {

constexpr std::size_t most_dimensions = 64;  // as NumPy; bounds the memory a header can ask for
constexpr std::size_t overflow = std::numeric_limits<std::size_t>::max();

// How many bytes an array takes whose elements have `width`; `overflow` when that, or the product of the sizes that are
// not 0, is no ptrdiff_t.
std::size_t bytes_of(std::size_t width, const std::vector<std::size_t>& shape);

// Who refuses what, in messages.
struct Source {
    std::string_view op;
    std::string file;
    Where where;
    [[noreturn]] void refuse(const std::string& must, const std::string& got, const std::string& advice) const;
};

constexpr std::size_t most_at_once = std::size_t{1} << 30;  // some systems refuse 2 GiB and more in one call

// Repeats a call that a signal interrupted.
template <class Call> auto restarted(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR) result = call();
    return result;
}

// An open file of the system, closed at the end of its scope; -1 for none.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    bool close();  // false, with errno, when the system could not keep what was written

private:
    int number_;
};

// A regular file, read from its beginning; memory is taken only for bytes that the file has.
class Input {
public:
    explicit Input(const std::filesystem::path& path, Where where = Where::here());
    int descriptor() const { return file_.get(); }
    std::size_t left() const { return left_; }
    std::vector<std::byte> take(std::size_t count);  // the next count bytes, or an error
    void fill(std::span<std::byte> bytes);           // with the next ones, or an error
    bool ended();                                    // nothing follows, and nothing was added meanwhile

private:
    std::string name_;
    Where where_;
    Descriptor file_;
    std::size_t left_ = 0;
};

// For messages, on one line: a path with its folder; a text from a file, in quotes and cut when it is long.
std::string reason();  // of the last failure, from errno
// Control characters, which would break the line or drive the terminal it is shown on, become \x0a and the like.
std::string printable(std::string_view text);
std::string shown(const std::filesystem::path& path);
std::string in_quotes(std::string_view text);
std::string listed(const std::vector<std::string>& items);  // "a, b", the first of them; of none: "nothing"

}  // namespace xtape::nn::io
