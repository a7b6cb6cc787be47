// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/dump.hpp>
#include <xtape/autodiff/record.hpp>

#include <cxxabi.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace xtape {
namespace {

constexpr std::size_t columns = 7;
using Line = std::array<std::string, columns>;  // place, operation, names, shape, type, inputs, source
constexpr std::array<std::string_view, columns> head{"place", "operation", "name", "shape", "type", "inputs", "source"};

// The rule's type in small letters, without namespaces and arguments: xtape::(anonymous namespace)::SumTo is sum_to.
std::string rule_name(const std::type_info& rule) {
    const std::unique_ptr<char, void (*)(void*)> whole(abi::__cxa_demangle(rule.name(), nullptr, nullptr, nullptr),
                                                       std::free);
    const std::string_view full = whole ? whole.get() : rule.name();
    const std::string_view type = full.substr(0, full.find('<'));
    const std::size_t colon = type.rfind(':');
    std::string name;
    for (const char c : type.substr(colon == type.npos ? 0 : colon + 1)) {
        const bool capital = std::isupper(static_cast<unsigned char>(c));
        if (capital && !name.empty()) name += '_';
        name += capital ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : c;
    }
    return name;
}

std::string source(Where where) {  // without its folders
    if (where.line == 0) return "";
    const std::string_view file = where.file;
    return text(file.substr(file.rfind('/') + 1)) + ":" + text(where.line);
}

// Which places y was computed from, itself among them. One pass down the record: nothing recurses.
template <class T> std::vector<bool> reached(const Record<T>& record, std::uint32_t y) {
    std::vector<bool> needed(y + 1, false);
    needed[y] = true;
    for (std::uint32_t i = y + 1; i-- > 0;)
        if (needed[i])
            for (const std::uint32_t input : record[i].origin().inputs)
                if (input != no_place) needed[input] = true;
    return needed;
}

std::string inputs(const Origin& origin) {
    std::string all;
    for (const std::uint32_t input : origin.inputs)
        all += (all.empty() ? "" : " ") + (input == no_place ? "-" : text(input));
    return all;
}

// A line for each place, empty for those that y does not need.
template <class T> std::vector<Line> lines(const Record<T>& record, std::uint32_t y) {
    const std::vector<bool> needed = reached(record, y);
    std::vector<Line> all(needed.size());
    for (std::uint32_t i = 0; i <= y; ++i)
        if (needed[i]) {
            const Origin origin = record[i].origin();
            all[i] = {text(i),
                      origin.rule ? rule_name(*origin.rule) : "leaf",
                      "",
                      text(record[i].shape),
                      sizeof(T) == 4 ? "float" : "double",
                      inputs(origin),
                      source(record.where(i))};
        }
    const auto add_name = [&](std::uint32_t i, const std::string& name) {
        if (i <= y && needed[i]) all[i][2] += (all[i][2].empty() ? "" : ", ") + name;
    };
    for (const auto& leaf : record.leaves())
        if (leaf.identity & Place::parameter) add_name(leaf.index, parameter_name(*leaf.value));
    for (const auto& [index, name] : record.names()) add_name(index, name);
    return all;
}

std::string table(const std::vector<Line>& lines) {
    std::array<std::size_t, columns> widths{};
    for (std::size_t c = 0; c < columns; ++c) {
        widths[c] = head[c].size();
        for (const Line& line : lines) widths[c] = std::max(widths[c], line[c].size());
    }
    std::string out;
    const auto add = [&](const auto& line) {
        for (std::size_t c = 0; c < columns; ++c) {
            const std::string blanks(widths[c] - line[c].size(), ' ');
            const bool number = c == 0;  // to the right
            (out += number ? blanks : "  ") += line[c];
            if (!number) out += blanks;
        }
        out.erase(out.find_last_not_of(' ') + 1) += '\n';
    };
    add(head);
    for (const Line& line : lines)
        if (!line[0].empty()) add(line);
    return out;
}

std::string escaped(std::string_view s) {  // in a label of dot
    std::string out;
    for (const char c : s) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

template <class T> std::string dot(const Record<T>& record, const std::vector<Line>& lines) {
    std::string out = "digraph tape {\n    node [shape=box];\n";
    for (const auto& [place, operation, names, shape, type, inputs, source] : lines) {
        if (place.empty()) continue;
        const std::string what = operation + (names.empty() ? "" : " " + names);
        out += "    " + place + " [label=\"" + escaped(what) + "\\n" + shape + " " + type;
        out += (source.empty() ? "" : "\\n" + escaped(source)) + "\"];\n";
    }
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        if (lines[i][0].empty()) continue;
        for (const std::uint32_t input : record[i].origin().inputs)
            if (input != no_place) out += "    " + text(input) + " -> " + text(i) + ";\n";
    }
    return out + "}\n";
}

}  // namespace

template <class T> std::string dump(const Variable<T>& y, Dump as, Where where) {
    auto& record = Record<T>::mine();
    check(y.tracked(), where, "dump", "the result must depend on a variable of the tape; got a constant of shape ",
          y.value().shape(), "; try variable(array), or parameters");
    const std::uint32_t place = y.is_parameter() ? record.find(y) : record.place_of(y, where);
    check(place < record.size(), where, "dump", "a parameter must have been used on the tape; got one that was not");
    const std::vector<Line> all = lines(record, place);
    return as == Dump::table ? table(all) : dot(record, all);
}

template std::string dump(const Variable<float>&, Dump, Where);
template std::string dump(const Variable<double>&, Dump, Where);

}  // namespace xtape
