// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "idx.hpp"

namespace xtape::apps {

inline constexpr std::size_t mnist_side = 28, mnist_box = 20;  // pixels

// The images of a file as MNIST's were made: light on dark, scaled so that the longer side of the digit is 20 pixels,
// and moved so that its centre of mass is in the middle of 28 x 28. An image that is so already stays as it is, as all
// of MNIST's do. Throws, naming the file, if there is nothing to be seen in one.
Images centred(const Images& images, const std::filesystem::path& file);

// The same as Fashion-MNIST's were made (Xiao, Rasul, Vollgraf 2017), but for their sharpening: the longer side of the
// article is 28 pixels, and its middle that of the image. An image of 28 x 28 is of Fashion-MNIST and stays as it is.
Images fitted(const Images& images, const std::filesystem::path& file);

}  // namespace xtape::apps
