// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "idx_files.hpp"

// Runs programs as a shell does.
namespace program {

struct Outcome {
    int code;  // of its end, or minus the signal that ended it
    std::string out, err;
};

inline std::string text(const idx_files::Path& file) {
    const auto bytes = idx_files::contents(file);
    return {bytes.begin(), bytes.end()};
}

inline int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

inline Outcome run(const std::string& command) {
    const idx_files::Folder folder;
    const auto out = folder / "out", err = folder / "err";
    const int status = std::system(("(" + command + ") >" + out.string() + " 2>" + err.string()).c_str());
    return {code_of(status), text(out), text(err)};
}

// How a program ends that is sent a signal after some milliseconds.
inline Outcome run_and_signal(const std::string& command, int number, int milliseconds) {
    const idx_files::Folder folder;
    const std::string line = "exec " + command + " >" + (folder / "out").string() + " 2>" + (folder / "err").string();
    const pid_t child = fork();
    if (child == 0) {
        for (const int caught : {SIGINT, SIGTERM}) signal(caught, SIG_DFL);  // by doctest, until the program runs
        execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
        _exit(127);
    }
    REQUIRE(child > 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(child, number);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return {code_of(status), text(folder / "out"), text(folder / "err")};
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline bool one_line(const std::string& text) { return !text.empty() && text.find('\n') == text.size() - 1; }

// What is wrong is one line. Behind that of a bad command line there is one with the usage.
inline bool well_said(const Outcome& o) {
    if (o.code != 2) return one_line(o.err);
    const std::size_t end = o.err.find('\n'), usage = o.err.find("\nUsage: ");
    return end == usage && end != o.err.npos && one_line(o.err.substr(end + 1));
}

// mnist says one line with these parts, and this exit code.
inline void refused(const std::string& command, int code, const std::vector<std::string>& parts) {
    const Outcome o = run(command);
    CHECK(o.code == code);
    CHECK_MESSAGE(well_said(o), o.err);
    CHECK(o.err.starts_with("mnist: "));
    for (const std::string& part : parts) CHECK_MESSAGE(has(o.err, part), (part + " should be in " + o.err));
}

}  // namespace program
