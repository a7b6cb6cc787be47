// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/check.hpp>

#include <cstdio>

namespace xtape {
namespace {

thread_local Frame* innermost = nullptr;

}  // namespace

Frame::Frame(const char* name, std::ptrdiff_t index, const char* kind)
    : name_(name), kind_(kind), index_(index), outer_(innermost) {
    innermost = this;
}

Frame::~Frame() { innermost = outer_; }

std::string Frame::path() {
    std::string path;
    for (const Frame* f = innermost; f; f = f->outer_) {
        const std::string index = f->index_ < 0 ? "" : std::string(" ") + f->kind_ + " " + std::to_string(f->index_);
        path = f->name_ + index + (path.empty() ? "" : " > " + path);
    }
    return path;
}

std::string text(double n) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%g", n);
    return digits;
}

void fail(Where where, std::string_view op, const std::string& message) {
    std::string what;
    if (where.line) what.append(where.file).append(":").append(std::to_string(where.line)).append(": ");
    what.append("[").append(op).append("] ").append(message);
    if (const std::string path = Frame::path(); !path.empty()) what.append(" (in ").append(path).append(")");
    throw Error(what);
}

}  // namespace xtape
