// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xtape::apps {

// An empty command line, whose --help shows defaults behind the meanings.
std::unique_ptr<CLI::App> command_line(const std::string& meaning, const std::string& name);

// What an option takes: digits only, or a decimal number; nothing else that a C library would read as one, nor 010,
// which it would read as 8.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);
CLI::Validator number(double least, double most);

// Or a name of a file or a folder.
CLI::Validator path();

// Or one of these words.
CLI::Validator word(const std::vector<std::string>& known);

// One or more files, behind the flags.
void add_files(CLI::App& app, const std::string& name, std::vector<std::string>& files, const std::string& meaning);

// Reads the command line. A program that is done with that, having shown its help, or said what is wrong and how it is
// used, ends with the given exit code: 0, or 2 for a bad command line.
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv);

// Runs a program; what it throws becomes one line on the standard error and exit code 1. So does output that is lost.
int guarded(const char* name, const std::function<int()>& program);

}  // namespace xtape::apps
