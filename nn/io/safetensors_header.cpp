// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include <xtape/nn/io/safetensors_header.hpp>
#include <xtape/nn/io/system.hpp>

namespace xtape::nn::io {
namespace {

using nlohmann::json;

constexpr std::array types{DType::F32, DType::F64, DType::I64, DType::U64};
constexpr std::array<std::string_view, 3> fields{"dtype", "shape", "data_offsets"};
constexpr std::string_view notes = "__metadata__";
constexpr const char* again = "to write the file again";

// What the JSON parser calls. Whatever the format does not know is refused where it begins: nothing nests deeper than a
// list of a tensor, and nothing is kept that is not used.
class Listener final : public json::json_sax_t {
public:
    explicit Listener(const Source& source) : source_(source) {}
    Header header{};

    bool null() override { unexpected("null"); }
    bool boolean(bool value) override { unexpected(value ? "true" : "false"); }
    bool number_integer(std::int64_t number) override { unexpected(std::to_string(number)); }
    bool number_float(double, const std::string& number) override { unexpected(in_quotes(number)); }
    bool binary(json::binary_t&) override { unexpected("binary data"); }
    bool number_unsigned(std::uint64_t number) override {
        if (level_ != Level::list) unexpected(std::to_string(number));
        std::vector<std::size_t>& list = field_ == "shape" ? entry_.shape : offsets_;
        if (list.size() == most_dimensions) unexpected("too long a list");
        list.push_back(number);
        return true;
    }
    bool string(std::string& value) override {
        if (level_ == Level::metadata) {
            if (!header.metadata.emplace(field_, std::move(value)).second) repeated(field_);
            return true;
        }
        if (level_ != Level::tensor || field_ != "dtype") unexpected(in_quotes(value));
        const auto type = std::ranges::find(types, value, name_of);
        if (type == types.end())
            source_.refuse("tensor " + in_quotes(entry_.name) + " must be F32, F64, I64 or U64", in_quotes(value),
                           "to convert it");
        entry_.dtype = *type;
        return true;
    }
    bool start_object(std::size_t) override {
        if (level_ != Level::outside && level_ != Level::file) unexpected("{");
        const Level inner = entry_.name == notes ? Level::metadata : Level::tensor;
        level_ = level_ == Level::outside ? Level::file : inner;
        return true;
    }
    bool end_object() override {
        if (level_ == Level::tensor) end_tensor();
        level_ = level_ == Level::file ? Level::outside : Level::file;
        return true;
    }
    bool start_array(std::size_t) override {
        if (level_ != Level::tensor || field_ == "dtype") unexpected("[");
        level_ = Level::list;
        return true;
    }
    bool end_array() override {
        level_ = Level::tensor;
        return true;
    }
    bool key(std::string& name) override {
        if (level_ == Level::file) {
            if (name == notes && std::exchange(has_notes_, true)) repeated(name);
            entry_.name = std::move(name);
        } else {
            if (level_ == Level::tensor) mark(name);
            field_ = std::move(name);
        }
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
        source_.refuse("the header must be JSON", "a mistake at its byte " + std::to_string(position), again);
    }

private:
    enum class Level { outside, file, metadata, tensor, list };

    void mark(const std::string& field) {
        const auto place = std::ranges::find(fields, field);
        if (place == fields.end()) unexpected("the field " + in_quotes(field));
        bool& marked = marked_[static_cast<std::size_t>(place - fields.begin())];
        if (std::exchange(marked, true)) repeated(field);
    }
    void end_tensor() {
        if (marked_ != std::array{true, true, true} || offsets_.size() != 2) unexpected("something else");
        std::tie(entry_.begin, entry_.end) = std::tie(offsets_[0], offsets_[1]);
        header.tensors.push_back(std::exchange(entry_, {}));
        offsets_.clear();
        marked_ = {};
    }
    [[noreturn]] void repeated(const std::string& name) const {
        source_.refuse("names must not repeat", in_quotes(name) + " twice", again);
    }
    [[noreturn]] void unexpected(const std::string& got) const {
        if (entry_.name == notes) source_.refuse("__metadata__ must map texts to texts", got, again);
        source_.refuse(
            "each tensor must have a dtype, a shape (64 sizes at most) and data_offsets (2 of them), and nothing else",
            got + " in " + in_quotes(entry_.name), again);
    }

    const Source& source_;
    Level level_ = Level::outside;
    std::string field_{};  // the last key inside a tensor or the notes
    Entry entry_{};
    std::vector<std::size_t> offsets_{};
    std::array<bool, 3> marked_{};
    bool has_notes_ = false;
};

// Names are single, and the tensors, in order, cover the bytes without holes or overlap.
void check_layout(std::vector<Entry>& tensors, std::size_t data_bytes, const Source& source) {
    std::ranges::sort(tensors, {}, &Entry::name);
    const auto twin = std::ranges::adjacent_find(tensors, {}, &Entry::name);
    if (twin != tensors.end()) source.refuse("names must not repeat", in_quotes(twin->name) + " twice", again);
    std::ranges::sort(tensors, {}, [](const Entry& e) { return std::tuple(e.begin, e.end); });
    std::size_t end = 0;
    for (const Entry& e : tensors) {
        const std::size_t bytes = bytes_of(e.dtype, e.shape);
        const bool holds = e.begin == end && e.end >= e.begin && e.end - e.begin == bytes && bytes != overflow;
        if (!holds)
            source.refuse("tensor " + in_quotes(e.name) + " must begin at byte " + text(end) +
                              " and have the bytes of " + std::string(name_of(e.dtype)) + " of shape " + text(e.shape),
                          "data_offsets " + text(std::array{e.begin, e.end}), again);
        end = e.end;
    }
    if (end != data_bytes)
        source.refuse("the tensors must cover the file", text(end) + " of " + text(data_bytes) + " bytes", again);
}

std::string json_text(const std::string& text, const Source& source) try {
    return json(text).dump();
} catch (const json::exception&) {
    const std::string readable = json(text).dump(-1, ' ', true, json::error_handler_t::replace);
    source.refuse("names and metadata must be UTF-8", in_quotes(readable), "another text");
}

}  // namespace

std::size_t bytes_of(DType dtype, const std::vector<std::size_t>& shape) { return bytes_of(width_of(dtype), shape); }

Header parse_header(std::string_view text, std::size_t data_bytes, const Source& source) {
    // The parser skips a byte order mark, and takes a zero byte for the end of its text.
    if (!text.starts_with('{') || text.find('\0') != text.npos)
        source.refuse("the header must begin with { and be text", "other bytes", "another file");
    Listener listener(source);
    json::sax_parse(text, &listener);
    check_layout(listener.header.tensors, data_bytes, source);
    return std::move(listener.header);
}

std::string header_text(std::span<const Named* const> tensors, const std::map<std::string, std::string>& metadata,
                        const Source& source) {
    std::string all;
    for (const auto& [key, value] : metadata)
        all += (all.empty() ? "" : ",") + json_text(key, source) + ":" + json_text(value, source);
    if (!all.empty()) all = json(notes).dump() + ":{" + all + "}";
    std::size_t begin = 0;
    for (const auto* named : tensors) {
        const auto& [name, t] = *named;
        const std::array offsets{begin, begin + t.bytes.size()};
        all += (all.empty() ? "" : ",") + json_text(name, source) + R"(:{"dtype":")" + std::string(name_of(t.dtype)) +
               R"(","shape":)" + json(t.shape).dump() + R"(,"data_offsets":)" + json(offsets).dump() + "}";
        begin = offsets[1];
    }
    all = "{" + all + "}";
    return all.append((8 - all.size() % 8) % 8, ' ');
}

}  // namespace xtape::nn::io
