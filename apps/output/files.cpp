// SPDX-License-Identifier: BSD-3-Clause
#include "files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <xtape/nn/io/file.hpp>

#include "apps/data/idx.hpp"

namespace xtape::apps {

namespace fs = std::filesystem;

void write_text(const fs::path& path, const std::string& text) {
    nn::io::write_file(path, std::as_bytes(std::span(text)), Where{});
}

void check_writable(const fs::path& path) {
    std::error_code unknown;
    const fs::path target = fs::exists(path, unknown) ? fs::canonical(path, unknown) : path;  // behind links
    if (fs::is_directory(target, unknown)) bad_file(fs::absolute(path), "a file to write to", "a folder");
    if (fs::is_other(target, unknown)) return;  // a device or a pipe, which takes no trial
    if (fs::exists(target, unknown) && ::access(target.c_str(), W_OK) != 0)
        bad_file(fs::absolute(path), "a file that may be written", "a write-protected one");
    const fs::path trial = target.parent_path() / (".write-test-" + std::to_string(::getpid()));
    const int file = ::open(trial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file == -1) bad_file(fs::absolute(path), "a folder that files can be written to", std::strerror(errno));
    ::close(file);
    ::unlink(trial.c_str());
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    std::error_code unreadable;
    if (!fs::is_directory(folder, unreadable) || unreadable)
        bad_file(fs::absolute(folder), "a folder to write to",
                 error        ? error.message()
                 : unreadable ? unreadable.message()
                              : "something else");
}

}  // namespace xtape::apps
