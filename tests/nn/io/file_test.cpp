// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <xtape/nn/io/file.hpp>

#include "scratch.hpp"
#include "small_disk.hpp"

using namespace xtape::nn::io;
namespace fs = std::filesystem;

namespace {

fs::perms mode_of(const fs::path& path) { return fs::status(path).permissions(); }

}  // namespace

TEST_CASE("A file is written in pieces and read back") {
    const Scratch scratch;
    const std::string large(3'000'000, 'x');
    const std::array pieces{bytes("begin "), bytes(""), bytes(large), bytes(" end")};
    write_file(scratch / "a", pieces);
    CHECK(slurp(scratch / "a") == "begin " + large + " end");
    write_file(scratch / "empty", Bytes());
    CHECK(read_file(scratch / "empty", 0).empty());
    const auto back = read_file(scratch / "a", 3'000'010);
    CHECK(std::ranges::equal(back, bytes(slurp(scratch / "a"))));
    CHECK(scratch.files() == 2);
}

TEST_CASE("Writing replaces an earlier file, keeps its permissions, and a link to it") {
    const Scratch scratch;
    spill(scratch / "a", "earlier");
    fs::permissions(scratch / "a", fs::perms(0602));
    fs::create_symlink("a", scratch / "link");
    write_file(scratch / "link", bytes("new"));
    CHECK(slurp(scratch / "a") == "new");
    CHECK(mode_of(scratch / "a") == fs::perms(0602));
    CHECK(fs::is_symlink(scratch / "link"));
    CHECK(scratch.files() == 2);
}

TEST_CASE("A link to a file that is not there yet stays a link, and what it leads to is written") {
    const Scratch scratch;
    fs::create_directory(scratch / "folder");
    fs::create_symlink("folder/a", scratch / "link");
    fs::create_symlink(scratch / "link", scratch / "link to it");
    write_file(scratch / "link to it", bytes("new"));
    CHECK(fs::is_symlink(scratch / "link to it"));
    CHECK(fs::is_symlink(scratch / "link"));
    CHECK(slurp(scratch / "folder/a") == "new");
    fs::create_symlink("missing/a", scratch / "astray");
    CHECK(contains(message([&] { write_file(scratch / "astray", bytes("new")); }), "No such file or directory"));
    fs::create_symlink("round", scratch / "round");
    CHECK(contains(message([&] { write_file(scratch / "round", bytes("new")); }), "Too many levels of symbolic links"));
    CHECK(fs::is_symlink(scratch / "round"));
    CHECK(scratch.files() == 5);
}

TEST_CASE("A name of the greatest length is written") {
    const Scratch scratch;
    const std::string name(255, 'n');
    write_file(scratch / name, bytes("new"));
    CHECK(slurp(scratch / name) == "new");
    CHECK(scratch.files() == 1);
}

TEST_CASE("A full device is reported and stays a device") {
    const WithoutPrivileges nobody;  // who could not replace a device, whatever went wrong here
    const std::string what = message([] { write_file("/dev/full", bytes("text")); });
    CHECK(
        contains(what, "[write_file] /dev/full must be written as a whole; got 'No space left on device' from write"));
    CHECK(fs::is_character_file("/dev/full"));
    CHECK(message([] { write_file("/dev/null", bytes("text")); }).empty());
}

TEST_CASE("A write that fails half way leaves the earlier file and no temporary one") {
    const Scratch scratch;
    const std::string large(100'000, 'x');
    spill(scratch / "a", "earlier");
    std::string what, what_new;
    {
        const SmallDisk disk(70'000);
        what = message([&] { write_file(scratch / "a", bytes(large)); });
        what_new = message([&] { write_file(scratch / "new", bytes(large)); });
    }
    CHECK(contains(what, (scratch / "a").string() + " must be written as a whole; got 'File too large' from write"));
    CHECK(contains(what_new, "File too large"));
    CHECK(slurp(scratch / "a") == "earlier");
    CHECK(scratch.files() == 1);
}

TEST_CASE("What may not be written is reported and stays as it was") {
    const Scratch scratch;
    spill(scratch / "a", "earlier");
    fs::permissions(scratch.folder, fs::perms(0555));
    std::string in_folder, of_file;
    {
        const WithoutPrivileges nobody;
        in_folder = message([&] { write_file(scratch / "new", bytes("text")); });
        of_file = message([&] { write_file(scratch / "a", bytes("text")); });
    }
    fs::permissions(scratch.folder, fs::perms(0777));
    fs::permissions(scratch / "a", fs::perms(0444));
    std::string of_protected;
    {
        const WithoutPrivileges nobody;
        of_protected = message([&] { write_file(scratch / "a", bytes("text")); });
    }
    CHECK(contains(in_folder, (scratch / "new").string() + " must be written as a whole; got 'Permission denied'"));
    CHECK(contains(of_file, "Permission denied"));
    CHECK(contains(of_protected, "Permission denied"));
    CHECK(slurp(scratch / "a") == "earlier");
    CHECK(scratch.files() == 1);
}

TEST_CASE("A folder that is missing, or is the target, is reported on one line with the whole path") {
    const Scratch scratch;
    CHECK(contains(message([&] { write_file(scratch / "none/a", bytes("text")); }), "No such file or directory"));
    CHECK(contains(message([&] { write_file(scratch.folder, bytes("text")); }), "Is a directory"));
    CHECK(contains(message([&] { write_file("", bytes("text")); }), "must be written as a whole"));
    CHECK(
        contains(message([] { read_file("none", 9); }), (fs::current_path() / "none").string() + " must be readable"));
    CHECK(contains(message([] { read_file("/none/a\n\x1b", 9); }), R"(/none/a\x0a\x1b must be readable)"));
    CHECK(scratch.files() == 0);
}

TEST_CASE("Only regular files of the expected size are read") {
    const Scratch scratch;
    spill(scratch / "a", "12345");
    CHECK(contains(message([&] { read_file(scratch / "a", 4); }), "must have at most 4 bytes; got 5"));
    CHECK(contains(message([&] { read_file(scratch.folder, 9); }), "must be a regular file"));
    CHECK(contains(message([] { read_file("/dev/zero", 9); }), "/dev/zero must be a regular file"));
    REQUIRE(mkfifo((scratch / "pipe").c_str(), 0600) == 0);
    CHECK(contains(message([&] { read_file(scratch / "pipe", 9); }), "must be a regular file"));  // and does not wait
    if (fs::exists("/proc/self/status"))
        CHECK(contains(message([] { read_file("/proc/self/status", 9); }), "must have the size it says"));
}
