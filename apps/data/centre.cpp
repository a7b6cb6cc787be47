// SPDX-License-Identifier: BSD-3-Clause
#include "centre.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "picture.hpp"

namespace xtape::apps {
namespace {

// How the images of a data set were made.
struct Making {
    std::size_t box;  // the longer side, pixels
    int faintest;     // ink is at least one part in so many of the most; fainter is paper, its grain, its shadows
    bool by_mass;     // the centre of mass is in the middle, else that of the box
    bool stretched;   // the most ink is 255
    std::string_view what;
};
constexpr Making mnist{mnist_box, 3, true, true, "a digit"};
constexpr Making fashion{mnist_side, 20, false, false, "an article"};

// What is drawn as ink: 0 where the ground is, more the more a pixel differs from it to the drawing's side.
struct Drawing {
    const std::uint8_t* pixels;
    std::size_t rows, columns;
    int faintest;
    int ground = 0, sign = 1, most = 0;  // most: ink of a pixel

    int ink(std::size_t row, std::size_t column) const {
        const int n = sign * (pixels[row * columns + column] - ground);
        return faintest * n > most ? n : 0;
    }
};

// The median of the border
int ground_of(const Drawing& d) {
    std::array<std::size_t, 256> count{};
    const std::size_t last_row = (d.rows - 1) * d.columns, last_column = d.columns - 1;
    for (std::size_t j = 0; j < d.columns; ++j) ++count[d.pixels[j]], ++count[d.pixels[last_row + j]];
    for (std::size_t i = 0; i < last_row + 1; i += d.columns) ++count[d.pixels[i]], ++count[d.pixels[i + last_column]];
    std::size_t level = 0, below = count[0];
    while (below < d.rows + d.columns) below += count[++level];  // half of the border
    return static_cast<int>(level);
}

// Dark on light, or light on dark: what differs the more from the ground, in squares, for paper is never quite even.
Drawing drawing_of(const std::uint8_t* pixels, std::size_t rows, std::size_t columns, int faintest) {
    Drawing d{pixels, rows, columns, faintest};
    d.ground = ground_of(d);
    double lighter = 0, darker = 0;
    int lightest = 0, darkest = 0;
    for (std::size_t i = 0; i < rows * columns; ++i) {
        const int n = pixels[i] - d.ground;
        (n > 0 ? lighter : darker) += double(n) * n;
        lightest = std::max(lightest, n), darkest = std::max(darkest, -n);
    }
    d.sign = darker > lighter ? -1 : 1;
    d.most = darker > lighter ? darkest : lightest;
    return d;
}

struct Box {
    std::size_t top, left, bottom, right;  // to bottom and right, exclusive
    std::size_t rows() const { return bottom - top; }
    std::size_t columns() const { return right - left; }
    std::size_t longer() const { return std::max(rows(), columns()); }
};

template <class Seen> Box box_of(std::size_t rows, std::size_t columns, Seen seen) {
    Box box{rows, columns, 0, 0};
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            if (seen(i, j)) {
                box.top = std::min(box.top, i), box.bottom = i + 1;
                box.left = std::min(box.left, j), box.right = std::max(box.right, j + 1);
            }
    return box;
}

struct Point {
    double row, column;
};

// The centre of mass of some levels, from the upper left corner; a pixel's own is in its middle.
template <class Levels> Point centre_of_mass(std::size_t rows, std::size_t columns, Levels level) {
    double sum = 0, down = 0, right = 0;
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
            const double m = level(i, j);
            sum += m, down += m * (double(i) + 0.5), right += m * (double(j) + 0.5);
        }
    return {down / sum, right / sum};
}

// MNIST's digits are 20 pixels long, a few 19. Their centre of mass is in the pixel below and right of the middle; two
// miss it by 0.02.
bool is_centred(const Drawing& d) {
    if (d.rows != mnist_side || d.columns != mnist_side || d.ground != 0) return false;
    const auto pixel = [&](std::size_t i, std::size_t j) { return d.pixels[i * d.columns + j]; };
    const std::size_t longer = box_of(d.rows, d.columns, pixel).longer();
    if (longer != mnist_box && longer != mnist_box - 1) return false;
    const Point c = centre_of_mass(d.rows, d.columns, pixel);
    return std::max(std::abs(c.row - 14.5), std::abs(c.column - 14.5)) < 0.6;
}

using Levels = std::array<std::array<double, mnist_side>, mnist_side>;

// The mean ink of the part of the box that becomes a pixel, all of them being of this size.
double mean_ink(const Drawing& d, const Box& box, double top, double left, double height, double width) {
    const auto within = [](std::size_t i, double low, double size) {
        return std::min(double(i) + 1, low + size) - std::max(double(i), low);
    };
    double sum = 0;
    for (auto i = std::size_t(top); i < box.rows() && double(i) < top + height; ++i)
        for (auto j = std::size_t(left); j < box.columns() && double(j) < left + width; ++j)
            sum += within(i, top, height) * within(j, left, width) * d.ink(box.top + i, box.left + j);
    return sum / (height * width);
}

std::size_t scaled(std::size_t side, std::size_t longer, std::size_t box) {
    return std::max<std::size_t>(1, std::size_t(std::lround(double(box) * double(side) / double(longer))));
}

// Where a side of the digit begins, for its centre of mass to be in the middle and nothing to be cut off.
std::size_t start(double centre, std::size_t side) {
    const double middle = mnist_side / 2, room = double(mnist_side - side);
    constexpr double rounding = 1e-6;  // a symmetric digit's centre is at the edge of a pixel
    return std::size_t(std::clamp(middle - std::floor(centre + rounding), 0.0, room));
}

void draw(const Drawing& d, const Making& making, std::uint8_t* to) {
    const Box box = box_of(d.rows, d.columns, [&](auto i, auto j) { return d.ink(i, j); });
    const std::size_t rows = scaled(box.rows(), box.longer(), making.box),
                      columns = scaled(box.columns(), box.longer(), making.box);
    const double height = double(box.rows()) / double(rows), width = double(box.columns()) / double(columns);
    Levels levels{};
    double most = making.stretched ? 0 : 255;
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
            levels[i][j] = mean_ink(d, box, double(i) * height, double(j) * width, height, width);
            most = std::max(most, levels[i][j]);
        }
    Point centre{double(rows) / 2, double(columns) / 2};
    if (making.by_mass) centre = centre_of_mass(rows, columns, [&](auto i, auto j) { return levels[i][j]; });
    const std::size_t top = start(centre.row, rows), left = start(centre.column, columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            to[(top + i) * mnist_side + left + j] = std::uint8_t(std::lround(levels[i][j] / most * 255));
}

// Each image, drawn as they were made unless it is one of them.
template <class Known>
Images drawn(const Images& images, const std::filesystem::path& file, const Making& making, Known known) {
    const auto& [count, rows, columns, pixels] = images;
    constexpr std::size_t size = mnist_side * mnist_side;
    Images out{count, mnist_side, mnist_side, std::vector<std::uint8_t>(count * size)};
    for (std::size_t n = 0; n < count; ++n) {
        const Drawing d = drawing_of(pixels.data() + n * rows * columns, rows, columns, making.faintest);
        if (d.most < least_contrast)
            bad_file(file, std::string(making.what),
                     count == 1 ? "a blank image" : "a blank image at index " + std::to_string(n));
        std::uint8_t* to = out.pixels.data() + n * size;
        if (known(d))
            std::copy_n(d.pixels, size, to);
        else
            draw(d, making, to);
    }
    return out;
}

}  // namespace

Images centred(const Images& images, const std::filesystem::path& file) {
    return drawn(images, file, mnist, is_centred);
}

Images fitted(const Images& images, const std::filesystem::path& file) {
    return drawn(images, file, fashion,
                 [](const Drawing& d) { return d.rows == mnist_side && d.columns == mnist_side; });
}

}  // namespace xtape::apps
