// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "compare.hpp"

namespace xtape::apps {

// As a whole, with the credit map if it is asked for: JSON is one object, the other formats have a part below another.
std::string report(const Study& study, const Comparison& comparison, Format format, bool map);

// Of a planted mistake.
std::string report(const Study& study, const Mistake& mistake, const CompareReport& steps, Format format);

}  // namespace xtape::apps
