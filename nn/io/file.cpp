// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

#include <xtape/nn/io/file.hpp>
#include <xtape/nn/io/system.hpp>

namespace xtape::nn::io {
namespace {

namespace fs = std::filesystem;

// What is being written, for the messages.
struct Output {
    const fs::path& path;
    Where where;
    void need(bool done, const char* step) const {
        if (done) return;
        const std::string why = reason();  // before anything else may set errno
        fail(where, "write_file",
             shown(path) + " must be written as a whole; got '" + why + "' from " + step +
                 "; try a folder with room and permission");
    }
};

void write_all(const Output& output, int file, std::span<const Bytes> pieces) {
    for (Bytes piece : pieces) {
        while (!piece.empty()) {
            const auto n = restarted([&] { return ::write(file, piece.data(), std::min(piece.size(), most_at_once)); });
            if (n == 0) errno = EIO;
            output.need(n > 0, "write");
            piece = piece.subspan(static_cast<std::size_t>(n));
        }
    }
}

// Devices, pipes and the folders of some file systems have nothing to sync, and say so.
bool synced(int file) {
    return restarted([&] { return ::fsync(file); }) == 0 || errno == EINVAL || errno == EROFS;
}

void write_directly(const Output& output, std::span<const Bytes> pieces) {
    Descriptor file(restarted([&] { return ::open(output.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY); }));
    output.need(file.get() != -1, "open");
    write_all(output, file.get(), pieces);
    output.need(synced(file.get()), "fsync");
    output.need(file.close(), "close");
}

// A new file beside the one to be written; removed again unless it takes that one's place.
class Temporary {
public:
    Temporary(const Output& output, const fs::path& beside, mode_t mode) : output_(output), file_(make(beside, mode)) {}
    ~Temporary() {
        if (!replaced_) ::unlink(name_.c_str());
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    int get() const { return file_.get(); }
    void replace(const fs::path& target) {
        output_.need(restarted([&] { return ::fsync(file_.get()); }) == 0, "fsync");
        output_.need(file_.close(), "close");
        output_.need(::rename(name_.c_str(), target.c_str()) == 0, "rename");
        replaced_ = true;
    }

private:
    int make(const fs::path& beside, mode_t mode) {
        static std::atomic<unsigned long> count{0};
        const std::string start =
            beside.filename().native().substr(0, 200) + ".tmp-" + std::to_string(::getpid()) + "-";
        int file = -1;
        do {
            name_ = beside.parent_path() / (start + std::to_string(count++));
            file = restarted([&] { return ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode); });
        } while (file == -1 && errno == EEXIST);
        output_.need(file != -1, "open");
        return file;
    }

    const Output& output_;
    fs::path name_;
    Descriptor file_;
    bool replaced_ = false;
};

// What a link leads to, though nothing may be there yet; a path that is no link is itself.
fs::path behind_links(const Output& output, fs::path path) {
    constexpr int most = 40;  // as the system has it
    for (int links = 0;; ++links) {
        std::error_code no_link;
        const fs::path next = fs::read_symlink(path, no_link);
        if (no_link) return path;
        errno = ELOOP;
        output.need(links < most, "open");
        path = path.parent_path() / next;
    }
}

}  // namespace

void write_file(const fs::path& path, std::span<const Bytes> pieces, Where where) {
    const Output output{path, where};
    struct stat earlier {};
    const bool exists = ::stat(path.c_str(), &earlier) == 0;
    if (exists && !S_ISREG(earlier.st_mode)) return write_directly(output, pieces);
    output.need(!exists || ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0, "open");

    const fs::path target = behind_links(output, path);  // a link stays a link
    const fs::path parent = target.has_parent_path() ? target.parent_path() : ".";
    const Descriptor folder(restarted([&] { return ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    output.need(folder.get() != -1, "open of the folder");

    const mode_t mode = exists ? earlier.st_mode & 0777 : 0666;
    Temporary file(output, target, mode);
    if (exists) output.need(::fchmod(file.get(), mode) == 0, "fchmod");  // as it was, whatever the umask
    write_all(output, file.get(), pieces);
    file.replace(target);
    output.need(synced(folder.get()), "fsync of the folder");
}

std::vector<std::byte> read_file(const fs::path& path, std::size_t max_bytes, Where where) {
    Input input(path, where);
    check(input.left() <= max_bytes, where, "read_file", shown(path), " must have at most ", max_bytes, " bytes; got ",
          input.left(), "; try a smaller file");
    std::vector<std::byte> bytes = input.take(input.left());
    check(input.ended(), where, "read_file", shown(path), " must have the size it says; got more than ", bytes.size(),
          " bytes; try again when nothing writes to it");
    return bytes;
}

}  // namespace xtape::nn::io
