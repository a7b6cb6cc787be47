// SPDX-License-Identifier: BSD-3-Clause
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "picture.hpp"

namespace xtape::apps {
namespace {

using Path = std::filesystem::path;

constexpr int end_of_file = std::char_traits<char>::eof();

bool is_space(int c) { return c != end_of_file && std::string_view(" \t\n\v\f\r").find(char(c)) != std::string::npos; }
bool is_digit(int c) { return c >= '0' && c <= '9'; }

class Pgm {
public:
    explicit Pgm(const Path& file) : file_(file), in_(file, std::ios::binary) {
        if (!in_) bad_file(file, "a readable file", std::strerror(errno));
        in_.ignore();  // the P
        raw_ = in_.get() == '5';
        if (const int c = in_.peek(); !is_space(c) && c != '#' && c != end_of_file)
            bad_file(file, "a P2 or P5 and a space", found(c));
    }

    Images read() {
        constexpr std::size_t any = 0xffffffff;
        const std::size_t columns = number("a width", any), rows = number("a height", any);
        most_ = number("a highest level", 65535);
        if (most_ == 0) bad_file(file_, "a highest level of 1 to 65535", "0");
        Images picture = new_picture(file_, columns, rows);
        for (std::uint8_t& pixel : picture.pixels) pixel = level();
        if (!ended())
            bad_file(file_, std::to_string(picture.pixels.size()) + " pixels and nothing behind them", "more");
        return picture;
    }

private:
    int next() {  // a comment is the end of a line
        int c = in_.rdbuf()->sbumpc();
        if (c == '#')
            while (c != '\n' && c != end_of_file) c = in_.rdbuf()->sbumpc();
        return c;
    }
    int after_space() {
        int c = next();
        while (is_space(c)) c = next();
        return c;
    }

    // Digits between white space, with the one character behind them.
    std::size_t number(const std::string& meaning, std::size_t most) {
        int c = after_space();
        if (!is_digit(c)) bad_file(file_, meaning, found(c));
        std::size_t n = 0;
        for (; is_digit(c); c = next()) {
            n = 10 * n + static_cast<std::size_t>(c - '0');
            if (n > most)
                bad_file(file_, meaning + " of at most " + std::to_string(most), std::to_string(n) + " or more");
        }
        if (!is_space(c) && c != end_of_file) bad_file(file_, meaning + " and a space", found(c));
        return n;
    }
    std::string found(int c) const {
        if (c == end_of_file) return "the end of the file";
        return c > ' ' && c < 127 ? std::string("'") + char(c) + "'" : "byte " + std::to_string(c);
    }

    std::uint8_t level() {
        const std::size_t n = raw_ ? raw_number() : number("a pixel", most_);
        return static_cast<std::uint8_t>((n * 255 + most_ / 2) / most_);
    }
    std::size_t raw_number() {
        std::size_t n = 0;
        for (int byte = most_ > 255 ? 0 : 1; byte < 2; ++byte) {
            const int c = in_.rdbuf()->sbumpc();
            if (c == end_of_file) bad_file(file_, "a pixel", found(c));
            n = n << 8 | static_cast<std::size_t>(c);
        }
        if (n > most_) bad_file(file_, "a pixel of at most " + std::to_string(most_), std::to_string(n));
        return n;
    }
    bool ended() { return (raw_ ? in_.rdbuf()->sbumpc() : after_space()) == end_of_file; }

    Path file_;
    std::ifstream in_;
    bool raw_ = false;
    std::size_t most_ = 0;
};

}  // namespace

Images read_pgm(const Path& file) { return Pgm(file).read(); }

}  // namespace xtape::apps
