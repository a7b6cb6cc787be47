// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace xtape::apps {

// printf's formatting into a string.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* pattern, ...);

// 60000 -> "60,000"
std::string grouped(double number);

// "1 epoch" or "24 epochs"
std::string counted(std::size_t number, const std::string& thing);

// "a, b or c"
std::string listed(const std::vector<std::string>& words);

// "; did you mean WORD?", of the known word that is nearest, unless more than a third of its letters are wrong.
std::string hint(const std::vector<std::string>& known, const std::string& word);

// The text with every `from` in it become `to`.
std::string replaced(std::string text, const std::string& from, const std::string& to);

// For a shell: a word as it is, or in single quotes when it needs them.
std::string quoted(const std::string& word);

}  // namespace xtape::apps
