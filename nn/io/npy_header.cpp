// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#include <xtape/nn/io/npy_header.hpp>

static_assert(std::endian::native == std::endian::little, "a header's length is read, and arrays are written, as is");

namespace xtape::nn::io {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::array<std::string_view, 3> fields{"descr", "fortran_order", "shape"};

// The text of a dictionary in Python, of which it reads nothing but what a header may have.
class Literal {
public:
    Literal(std::string_view text, const Source& source) : text_(text), source_(source) {}

    bool take(std::string_view token) {  // whether it comes next, blanks aside
        at_ = std::min(text_.find_first_not_of(" \t\n", at_), text_.size());
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }
    void expect(std::string_view token) {
        if (!take(token)) refuse();
    }
    std::string_view quoted() {
        const std::string_view mark = take("'") ? "'" : "\"";
        if (mark == "\"") expect(mark);
        const std::size_t begin = at_;
        at_ = std::min(text_.find(mark, begin), text_.size());
        const std::string_view inside = text_.substr(begin, at_ - begin);
        expect(mark);
        return inside;
    }
    bool boolean() {
        if (take("True")) return true;
        expect("False");
        return false;
    }
    std::vector<std::size_t> tuple() {  // (), (1,), (1, 2), (1, 2,)
        std::vector<std::size_t> numbers;
        expect("(");
        bool comma = true;
        while (!take(")")) {
            if (!comma || numbers.size() == most_dimensions) refuse();
            numbers.push_back(number());
            comma = take(",");
        }
        if (numbers.size() == 1 && !comma) refuse();  // (1) is no tuple
        return numbers;
    }
    bool ended() { return take("") && at_ == text_.size(); }

    [[noreturn]] void refuse() const {
        source_.refuse("the header must be a dictionary of descr, fortran_order and shape (64 sizes at most)",
                       "something else at its byte " + text(at_), "numpy.save of one array");
    }

private:
    std::size_t number() {
        take("");
        const char* begin = text_.data() + at_;
        std::size_t n = 0;
        const auto [end, wrong] = std::from_chars(begin, text_.data() + text_.size(), n);
        if (wrong != std::errc{} || (*begin == '0' && end - begin > 1)) refuse();
        at_ += static_cast<std::size_t>(end - begin);
        return n;
    }

    std::string_view text_;
    const Source& source_;
    std::size_t at_ = 0;
};

void parse_type(std::string_view descr, NpyHeader& header, const Source& source) {
    const auto type = std::ranges::find(npy_types, descr.substr(std::min<std::size_t>(descr.size(), 1)));
    const bool known = type != npy_types.end() && std::string_view("<>|").find(descr[0]) != descr.npos;
    if (!known || (descr[0] == '|' && (*type)[1] != '1'))
        source.refuse("the elements must be bool, integers, float32 or float64", "the type " + in_quotes(descr),
                      "a.astype(numpy.float64)");
    header.type = static_cast<std::size_t>(type - npy_types.begin());
    header.swapped = descr[0] == '>';
}

NpyHeader parse(std::string_view text, const Source& source) {
    Literal literal(text, source);
    NpyHeader header;
    std::array<bool, fields.size()> seen{};
    literal.expect("{");
    bool comma = true;
    while (!literal.take("}")) {
        const auto field = std::ranges::find(fields, literal.quoted());
        if (!comma || field == fields.end()) literal.refuse();
        if (std::exchange(seen[static_cast<std::size_t>(field - fields.begin())], true)) literal.refuse();
        literal.expect(":");
        if (*field == "descr") parse_type(literal.quoted(), header, source);
        if (*field == "fortran_order") header.fortran = literal.boolean();
        if (*field == "shape") header.shape = literal.tuple();
        comma = literal.take(",");
    }
    if (seen != std::array{true, true, true} || !literal.ended()) literal.refuse();
    return header;
}

template <class Bytes> auto as_bytes(Bytes& bytes) { return std::as_writable_bytes(std::span(bytes)); }

// The text of the dictionary, of which neither the length nor the text is believed.
std::string dictionary(Stream& in, const Source& source) {
    const auto begins = [&](bool holds, const std::string& got) {
        if (!holds) source.refuse("an array must begin as NumPy's versions 1.0, 2.0 and 3.0 do", got, "another file");
    };
    std::array<char, 8> start{};
    begins(in.left() >= start.size(), text(in.left()) + " bytes");
    in.fill(as_bytes(start));
    begins(std::string_view(start.data(), magic.size()) == magic, "other bytes");
    begins(start[6] >= 1 && start[6] <= 3 && start[7] == 0, "version " + text(start[6]) + "." + text(start[7]));
    std::array<std::byte, 4> field{};
    const std::span width = std::span(field).first(start[6] == 1 ? 2 : 4);
    begins(in.left() >= width.size(), "an end in the header's length");
    in.fill(width);
    const auto length = std::bit_cast<std::uint32_t>(field);
    begins(length <= in.left(), "a header of " + text(length) + " bytes with " + text(in.left()) + " left");
    begins(length <= most_npy_header, "a header of " + text(length) + " bytes, more than " + text(most_npy_header));
    std::string text(length, ' ');
    in.fill(as_bytes(text));
    return text;
}

}  // namespace

NpyHeader read_npy_header(Stream& in, const Source& source) {
    NpyHeader header = parse(dictionary(in, source), source);
    const std::size_t bytes = bytes_of(header.width(), header.shape);
    if (bytes == overflow || bytes != in.left())
        source.refuse("an array of type " + std::string(npy_types[header.type]) + " and shape " + text(header.shape) +
                          " must have the bytes of its elements",
                      text(in.left()) + " bytes", "to write the file again");
    return header;
}

std::string npy_header_text(DType dtype, const std::vector<std::size_t>& shape, const Source& source) {
    constexpr std::array<std::string_view, 4> names{"<f4", "<f8", "<i8", "<u8"};  // in the order of DType
    if (shape.size() > most_dimensions)
        source.refuse("an array must have at most " + text(most_dimensions) + " dimensions", text(shape.size()),
                      "reshape");
    std::string dictionary = "{'descr': '" + std::string(names[static_cast<std::size_t>(dtype)]) +
                             "', 'fortran_order': False, 'shape': " + text(shape) + ", }";
    // NumPy leaves room for 21 digits of the first size, so that whoever appends rows can change it in place.
    if (!shape.empty()) dictionary.append(21 - text(shape[0]).size(), ' ');
    constexpr std::size_t before = magic.size() + 4;
    dictionary.append(63 - (before + dictionary.size()) % 64, ' ') += '\n';
    const auto length = static_cast<std::uint16_t>(dictionary.size());
    return std::string(magic) + '\1' + '\0' + static_cast<char>(length & 0xff) + static_cast<char>(length >> 8) +
           dictionary;
}

}  // namespace xtape::nn::io
