// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/check.hpp>

namespace xtape {
namespace {

thread_local Frame* innermost = nullptr;

}  // namespace

Frame::Frame(const char* name, std::ptrdiff_t step) : name_(name), step_(step), outer_(innermost) { innermost = this; }

Frame::~Frame() { innermost = outer_; }

std::string Frame::path() {
    std::string path;
    for (const Frame* f = innermost; f; f = f->outer_) {
        const std::string step = f->step_ < 0 ? "" : " step " + std::to_string(f->step_);
        path = f->name_ + step + (path.empty() ? "" : " > " + path);
    }
    return path;
}

void fail(Where where, std::string_view op, const std::string& message) {
    std::string what;
    if (where.line) what.append(where.file).append(":").append(std::to_string(where.line)).append(": ");
    what.append("[").append(op).append("] ").append(message);
    if (const std::string path = Frame::path(); !path.empty()) what.append(" (in ").append(path).append(")");
    throw Error(what);
}

}  // namespace xtape
