// SPDX-License-Identifier: BSD-3-Clause
#include "scans.hpp"

#include <algorithm>
#include <numeric>

#include "apps/data/data_folder.hpp"
#include "apps/data/samples.hpp"
#include "initials.hpp"

namespace xtape::apps {

Scans scans(const Options& options, bool gates) {
    const bool pixels = options.scan == "pixels";
    const Digits digits = load_mnist(data_folder(options.data_dir, "digits")).train;
    std::vector<std::uint32_t> chosen(std::min(known_images(pixels, gates), digits.images.count));
    std::iota(chosen.begin(), chosen.end(), 0u);
    const Array<float> rows = sequences(digits.images, chosen);
    Scans found{xt::cast<double>(rows), labels(digits, chosen)};
    if (!pixels) return found;
    const Shape& s = rows.shape();  // (rows, B, columns): now one number at a step
    found.xs = transpose(V(found.xs), {0, 2, 1}).value();
    found.xs.reshape({s[0] * s[2], s[1], 1});
    return found;
}

}  // namespace xtape::apps
