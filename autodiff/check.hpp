// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace xtape {

// The caller's place in the source, as a default argument or a converting constructor's one
// (std::source_location does not compile on clang 14 with libstdc++ 12).
struct Where {
    const char* file = "";
    int line = 0;
    static constexpr Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
};

// What the library throws: `FILE:LINE: [op] what must hold; got ...; try ... (in module, at step t)`.
// Whatever throws leaves its arguments as they were.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// A module, or one of its steps of time or layers, for as long as it runs on this thread: errors name it.
class Frame {
public:
    explicit Frame(const char* name, std::ptrdiff_t index = -1, const char* kind = "step");
    ~Frame();
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    void at(std::ptrdiff_t index) { index_ = index; }
    static std::string path();  // "Layers layer 1 > unroll step 3 > cell", outermost first; empty outside all

private:
    const char* name_;
    const char* kind_;
    std::ptrdiff_t index_;
    Frame* outer_;
};

[[noreturn]] void fail(Where where, std::string_view op, const std::string& message);

template <class N>
concept Number = std::integral<N> || std::floating_point<N>;
template <class S>
concept Sizes = !std::convertible_to<S, std::string_view> && requires(const S& s) {
    s.size(), std::size_t(s[0]);
};

// Pieces of a message: text, numbers, shapes as "(3, 4)".
inline std::string text(std::string_view s) { return std::string(s); }
inline std::string text(std::integral auto n) { return std::to_string(n); }
std::string text(double n);  // to six digits
std::string text(const Sizes auto& shape) {
    std::string out = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i) out += ", ";
        out += std::to_string(shape[i]);
    }
    return out += shape.size() == 1 ? ",)" : ")";
}

// The message is put together only when it is needed.
template <class... Pieces> void check(bool holds, Where where, std::string_view op, const Pieces&... message) {
    if (holds) [[likely]]
        return;
    std::string all;
    ((all += text(message)), ...);
    fail(where, op, all);
}

}  // namespace xtape
