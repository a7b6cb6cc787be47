// SPDX-License-Identifier: BSD-3-Clause
#include "gnuplot.hpp"

#include <xtape/nn/io/file.hpp>
#include <xtape/nn/io/system.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "apps/text.hpp"
#include "files.hpp"

namespace xtape::apps {
namespace {

// How a program is started without a shell, so that no name means anything: silent, with nothing to read.
class Actions {
public:
    Actions() {
        need(posix_spawn_file_actions_init(&actions_));
        need(posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
        for (const int output : {STDOUT_FILENO, STDERR_FILENO})
            need(posix_spawn_file_actions_addopen(&actions_, output, "/dev/null", O_WRONLY, 0));
    }
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    static void need(int error) {
        if (error) throw std::runtime_error(std::string("no program can be started: ") + std::strerror(error));
    }
    posix_spawn_file_actions_t actions_{};
};

constexpr std::size_t most_bytes = std::size_t{1} << 30;  // of a picture

struct Started {
    pid_t process = -1;
    int error = 0;  // why there is none
};

// The script goes to its own folder, and draws to this file there.
Started start_gnuplot(const Actions& actions, std::string script, std::string to) {
    std::string program = "gnuplot", plain = "-d", with = "-c";  // without the user's own settings
    char* const arguments[] = {program.data(), plain.data(), with.data(), script.data(), to.data(), nullptr};
    Started started;
    started.error = posix_spawnp(&started.process, program.c_str(), actions.get(), nullptr, arguments, environ);
    return started;
}

// What is being drawn.
std::string part_of(const Picture& picture) { return picture.name + ".svg.part"; }

bool succeeded(pid_t process) {
    int status = 0;
    return nn::io::restarted([&] { return ::waitpid(process, &status, 0); }) == process && status == 0;
}

}  // namespace

std::string script_head(const std::string& name, int width, int height) {
    return "# gnuplot -d " + name + ".gp makes " + name + ".svg, or the file that -c " + name +
           ".gp FILE names, of the data beside it.\n" +
           formatted("cd ARG0[1:strlen(ARG0)-%zu].\".\"\n", name.size() + 3) +  // to the folder of the script
           formatted("set terminal svg size %d,%d font \"sans-serif,14\" background \"white\" name \"%s\"\n", width,
                     height, name.c_str()) +
           "set output exists(\"ARG1\") && strlen(ARG1) ? ARG1 : \"" + name +
           ".svg\"\nset datafile separator comma\nset tics nomirror\n"
           "step(n) = n < 8 ? 1 : 5*ceil(n/40.)  # between tics on an axis of n whole numbers\n";
}

std::string draw(const std::filesystem::path& folder, const std::vector<Picture>& pictures) {
    const std::filesystem::path whole = std::filesystem::absolute(folder);  // no name begins with -
    for (const Picture& picture : pictures) {
        for (const auto& [name, csv] : picture.data) write_text(whole / name, csv);
        write_text(whole / (picture.name + ".gp"), picture.script);
        std::filesystem::remove(whole / (picture.name + ".svg"));
    }
    const Actions actions;
    std::vector<Started> all;
    for (const Picture& picture : pictures) {
        std::filesystem::remove(whole / part_of(picture));  // of a run that was ended
        all.push_back(start_gnuplot(actions, whole / (picture.name + ".gp"), part_of(picture)));
    }
    std::string trouble;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::filesystem::path part = whole / part_of(pictures[i]);
        if (all[i].error)
            trouble = std::strerror(all[i].error);
        else if (succeeded(all[i].process) && std::filesystem::exists(part))
            nn::io::write_file(whole / (pictures[i].name + ".svg"), nn::io::read_file(part, most_bytes, Where{}),
                               Where{});
        else
            trouble = "that it failed on " + pictures[i].name + ".gp";
        std::filesystem::remove(part);
    }
    return trouble;
}

}  // namespace xtape::apps
